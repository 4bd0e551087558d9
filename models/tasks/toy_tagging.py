"""A small made-up language in which the tag of some words is decided by their context alone.

A sentence has 1 to `phrases` phrases, each of one of three kinds with probability ⅓ (brackets:
this word is there with probability ½; tags are behind the slash):

    left        the|to [very] walk/NOUN|VERB      decided by the word one or two to the left
    right       her/DET|PRON [very] book|sat      decided by the word one or two to the right
    agreement   key|keys (3 to `distance` fillers) are/SING|PLUR    decided by the first word

`walk` is one of six words that occur as NOUN and as VERB, each with probability ½, and so on:
such a word alone carries no information. All other words have one tag. With the mean phrase of m
words, one of which is undecided (m = 25/6 for distance 8), the best possible accuracy is, at
distance 8:

    the word itself           1 − ½ / m                    .88   the baseline
    one word to either side   1 − (¼ + ¼ + ½) / 3m         .92
    two words to either side  1 − ½ / 3m                   .96   agreement stays out of reach
    all words before          1 − ½ / 3m                   .96   `right` stays out of reach
    all words after           1 − (½ + ½) / 3m             .92
    the whole sentence        1
"""

from collections.abc import Iterator, Mapping
from functools import cache
from random import Random

from orchestrator.models.settings import ToySentences
from orchestrator.models.shape import UNKNOWN_WORD, TaskShape
from orchestrator.models.tasks.dataset import Dataset, SeedFor, consecutive_splits
from orchestrator.models.tasks.padding import padded

Word = tuple[str, str]  # kind of word, tag
UNDECIDED: Mapping[str, tuple[Word, Word]] = {  # phrase → its undecided words
    "left": (("walk", "NOUN"), ("walk", "VERB")),
    "right": (("her", "DET"), ("her", "PRON")),
    "agreement": (("are", "SING"), ("are", "PLUR")),
}
DECIDING: Mapping[str, tuple[Word, Word]] = {  # phrase → the words that decide, in that order
    "left": (("the", "ARTICLE"), ("to", "PARTICLE")),
    "right": (("book", "THING"), ("sat", "EVENT")),
    "agreement": (("key", "SUBJECT"), ("keys", "SUBJECT")),
}
FILLERS: tuple[Word, ...] = (("very", "ADV"), ("old", "ADJ"), ("near", "ADP"))
FORMS = 6  # words of each kind: walk0 … walk5
_ALL = [word for words in (*DECIDING.values(), *UNDECIDED.values(), FILLERS) for word in words]
KINDS = list(dict.fromkeys(kind for kind, _ in _ALL))
TAGS = list(dict.fromkeys(tag for _, tag in _ALL))


def load(settings: ToySentences, seed_for: SeedFor) -> Dataset:
    """Words and tags (sentences, longest); the language is fixed, sentences are drawn anew."""
    longest = settings.phrases * (settings.distance + 2)  # so wide for every replicate
    words, tags = padded(*_numbered(settings, seed_for("data")), longest)
    shape = TaskShape("words", "tags", features=len(vocabulary()), values=len(TAGS))
    return Dataset(
        words,
        tags,
        consecutive_splits(settings.sizes),
        shape,
        baselines={"accuracy": 1 - 0.5 / mean_phrase(settings.distance)},
        word_dropout=settings.word_dropout,
    )


def mean_phrase(distance: int) -> float:
    """Words of a phrase on average."""
    left = right = 2 + 0.5
    agreement = 2 + (3 + distance) / 2
    return (left + right + agreement) / 3


@cache
def vocabulary() -> tuple[str, ...]:
    """The word behind each number: padding, unknown, then `walk0`, `walk1` …"""
    return ("<padding>", "<unknown>", *(f"{kind}{form}" for kind in KINDS for form in range(FORMS)))


def _numbered(settings: ToySentences, seed: int) -> tuple[list[list[int]], list[list[int]]]:
    """Numbers of words and of tags by sentence.

    Each split has a random stream, so that its size changes no other, and a larger one begins with
    the sentences of a smaller one.
    """
    seeds = Random(seed)
    streams = [(size, Random(seeds.getrandbits(64))) for size in settings.sizes.values()]
    drawn = [list(_sentence(settings, source)) for size, source in streams for _ in range(size)]
    words = [[number for number, _ in sentence] for sentence in drawn]
    return words, [[TAGS.index(tag) for _, tag in sentence] for sentence in drawn]


def _sentence(settings: ToySentences, source: Random) -> Iterator[tuple[int, str]]:
    """Word numbers with their tags."""
    for _ in range(source.randint(1, settings.phrases)):
        for kind, tag in _phrase(settings.distance, source):
            form = FORMS * KINDS.index(kind) + source.randrange(FORMS)
            yield UNKNOWN_WORD + 1 + form, tag


def _phrase(distance: int, source: Random) -> list[Word]:
    name, either = source.choice(list(UNDECIDED)), source.randrange(2)
    between = _fillers(distance if name == "agreement" else 0, source)
    phrase = [DECIDING[name][either], *between, UNDECIDED[name][either]]
    return phrase[::-1] if name == "right" else phrase


def _fillers(distance: int, source: Random) -> list[Word]:
    count = source.randint(3, distance) if distance else source.randrange(2)
    return [source.choice(FILLERS) for _ in range(count)]
