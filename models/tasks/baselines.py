"""What can be reached without looking at the input: the least that a model has to beat.

Each is fitted on the training split and measured on the test split.
"""

from collections import Counter, defaultdict

from torch import Tensor

from orchestrator.models.shape import NO_TAG
from orchestrator.models.tasks.dataset import Splits


def most_frequent_class(targets: Tensor, splits: Splits) -> float:
    """Accuracy of always naming the class that is most frequent in training."""
    winner = targets[splits["train"]].bincount().argmax()
    return (targets[splits["test"]] == winner).double().mean().item()


def mean_value(targets: Tensor, splits: Splits) -> float:
    """Mean squared error of always predicting the training mean; targets: (examples, values)."""
    mean = targets[splits["train"]].double().mean(0)
    return (targets[splits["test"]] - mean).square().mean().item()


def frequency(targets: Tensor, splits: Splits, values: int) -> dict[str, float]:
    """Accuracy of the target most frequent in training, and the loss of all their frequencies.

    targets: (sentences, words), −1 where there is none. One is added to the count of each of the
    `values` targets, so that none that training lacks has probability 0.
    """
    train, test = (targets[splits[name]] for name in ("train", "test"))
    counts = train[train != NO_TAG].bincount(minlength=values).double() + 1
    asked = test[test != NO_TAG]
    return {
        "accuracy": (asked == counts.argmax()).double().mean().item(),
        "loss": -(counts / counts.sum()).log()[asked].mean().item(),
    }


def most_frequent_tag(words: Tensor, tags: Tensor, splits: Splits) -> float:
    """Accuracy of giving every word the tag that it has most often in training.

    Of tags equally frequent, the one that comes first in training is taken. Words that training
    does not have get the tag that is the most frequent of all (in most languages NOUN).
    words, tags: (sentences, words); places without a tag do not count.
    """
    train = _tagged(words, tags, splits["train"])
    counts: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for word, tag in train:
        counts[word][tag] += 1
    best = {word: found.most_common(1)[0][0] for word, found in counts.items()}
    unknown = Counter(tag for _, tag in train).most_common(1)[0][0]
    test = _tagged(words, tags, splits["test"])
    return sum(best.get(word, unknown) == tag for word, tag in test) / len(test)


def _tagged(words: Tensor, tags: Tensor, rows: Tensor) -> list[tuple[int, int]]:
    """Words and their tags, in the order of the text."""
    real = tags[rows] != NO_TAG
    return list(zip(words[rows][real].tolist(), tags[rows][real].tolist(), strict=True))
