"""Tagging: CoNLL-U as others read it, and the published baseline."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import conllu
import pytest
import torch
from pydantic import ValidationError

from orchestrator.models.catalogue import check_data, data_paths
from orchestrator.models.files.conllu import Sentence, read_sentences
from orchestrator.models.files.errors import DataError
from orchestrator.models.settings import Tagging
from orchestrator.models.tasks import tagging
from orchestrator.models.tasks.baselines import most_frequent_tag
from orchestrator.models.tasks.dataset import Dataset
from tests.shared_data import EWT, shared_data


def line(number: str, word: str, upos: str = "NOUN", xpos: str = "NN") -> str:
    return "\t".join([number, word, word.lower(), upos, xpos, *["_"] * 5])


def text(*sentences: str) -> str:
    """`dog/NOUN barks/VERB` → CoNLL-U."""
    blocks = []
    for sentence in sentences:
        words = [word.split("/") for word in sentence.split()]
        rows = [line(str(i), word, tag) for i, (word, tag) in enumerate(words, start=1)]
        blocks.append("\n".join(["# a comment", *rows]))
    return "\n\n".join(blocks) + "\n\n"


def files(folder: Path, **texts: str) -> dict[str, Any]:
    """train, validation and test files with these texts; `train` stands for one left out."""
    paths = {split: folder / f"{split}.conllu" for split in ("train", "validation", "test")}
    for split, path in paths.items():
        path.write_text(texts.get(split, texts["train"]), encoding="utf-8")
    return {split: str(path) for split, path in paths.items()}


def load(settings: Tagging) -> Dataset:
    return tagging.load(settings, lambda stream: 0)


@pytest.fixture(scope="module")
def ewt() -> Dataset:
    return load(Tagging.model_validate({split: shared_data(name) for split, name in EWT.items()}))


@pytest.mark.slow
def test_the_most_frequent_tag_is_right_for_86_20_percent_of_ewts_test_words(ewt: Dataset) -> None:
    assert ewt.baselines["accuracy"] == pytest.approx(0.8620, abs=0.0001)


def test_ewt_has_the_published_sizes(ewt: Dataset) -> None:
    """Universal Dependencies 2.16: 254,820 words in 16,622 sentences, 17 universal tags."""
    assert {split: len(rows) for split, rows in ewt.splits.items()} == {
        "train": 12_544,
        "validation": 2_001,
        "test": 2_077,
    }
    assert int((ewt.targets >= 0).sum()) == 204_577 + 25_147 + 25_094
    assert ewt.shape.values == 17
    assert (ewt.shape.inputs, ewt.shape.outputs) == ("words", "tags")


def test_padding_stands_behind_the_words_and_nowhere_else(ewt: Dataset) -> None:
    real = ewt.inputs != 0
    assert torch.equal(real, ewt.targets != -1)
    lengths = real.sum(1)
    assert torch.equal(real, torch.arange(real.shape[1]) < lengths.unsqueeze(1))
    assert lengths.max() == real.shape[1]


def test_training_words_are_known_and_others_are_not(ewt: Dataset) -> None:
    train = ewt.inputs[ewt.splits["train"]]
    assert (train == 1).sum() == 0
    assert train.unique().tolist() == [0, *range(2, ewt.shape.features)]
    unknown = (ewt.inputs[ewt.splits["test"]] == 1).sum().item()
    assert 0.05 < unknown / 25_094 < 0.12, "the share of unknown words in EWT's test file"


@pytest.mark.slow
@pytest.mark.parametrize("split", ["validation", "test"])
@pytest.mark.parametrize("column", ["upos", "xpos"])
def test_sentences_are_those_that_the_package_conllu_reads(split: str, column: Any) -> None:
    path = Path(shared_data(EWT[split]))
    theirs = conllu.parse(gzip.decompress(path.read_bytes()).decode())
    expected = [
        Sentence(
            *zip(*[(t["form"], t[column]) for t in s if isinstance(t["id"], int)], strict=True)
        )
        for s in theirs
    ]
    assert read_sentences(path, column) == expected


def test_multiword_lines_empty_nodes_and_comments_are_no_words(tmp_path: Path) -> None:
    path = tmp_path / "a.conllu"
    rows = ["# text = Don't", line("1-2", "Don't", "_", "_"), line("1", "Do", "AUX"), "# odd"]
    rows += [line("2", "n't", "PART"), line("2.1", "sleep", "VERB"), line("3", "!", "PUNCT")]
    path.write_text("\n".join(rows))  # no line end at the end
    assert read_sentences(path) == [Sentence(("Do", "n't", "!"), ("AUX", "PART", "PUNCT"))]


@pytest.mark.parametrize("encode", [str.encode, lambda t: gzip.compress(t.encode())])
def test_plain_and_packed_files_read_alike(tmp_path: Path, encode: Callable[[str], bytes]) -> None:
    path = tmp_path / "whatever"
    path.write_bytes(encode(text("Über/ADP München/PROPN", "ja/INTJ")))
    assert [s.words for s in read_sentences(path)] == [("Über", "München"), ("ja",)]


def test_windows_line_ends_byte_order_marks_and_many_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.conllu"
    content = "\n\n" + text("a/DET b/NOUN") + "\n\n\n" + text("c/NOUN")
    path.write_bytes(b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode())
    assert [s.words for s in read_sentences(path)] == [("a", "b"), ("c",)]


GOOD = text("the/DET dog/NOUN")
BROKEN: dict[str, tuple[bytes, str]] = {
    "a column is missing": (
        f"{GOOD}1\tx\tx\tNOUN\n".encode(),
        r"bad\.conllu:5: 4 columns instead of 10",
    ),
    "spaces for tabs": (line("1", "x").replace("\t", " ").encode(), ":1: 1 columns instead of 10"),
    "a number that is none": (
        f"{GOOD}{line('one', 'x')}".encode(),
        ":5: word number 'one' where 1",
    ),
    "a word left out": (
        f"{line('1', 'x')}\n{line('3', 'y')}".encode(),
        ":2: word number '3' where 2",
    ),
    "no blank line": (
        f"{line('1', 'x')}\n{line('1', 'y')}".encode(),
        "(?s):2: .*a blank line ends",
    ),
    "no word": (line("1", "").encode(), ":1: word 1 is empty"),
    "no tag": (
        f"{GOOD}{line('1', 'x', '_')}".encode(),
        "(?s):5: the word 'x' has no upos tag.*xpos",
    ),
    "not UTF-8": (GOOD.encode() + line("1", "ä").encode("latin-1"), ":5: not UTF-8"),
    "empty": (b"", r"bad\.conllu: is empty"),
    "blank": (b"\n \n\n", r"bad\.conllu: holds no sentence"),
    "comments only": (b"# text = nothing\n\n", r"bad\.conllu: holds no sentence"),
    "cut-off gzip": (gzip.compress(GOOD.encode() * 50)[:-12], r"bad\.conllu: damaged or cut off"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, case: str) -> None:
    content, message = BROKEN[case]
    good, bad = tmp_path / "good.conllu", tmp_path / "bad.conllu"
    good.write_text(GOOD)
    bad.write_bytes(content)
    settings = Tagging(train=str(good), validation=str(bad), test=str(good))
    for use in (check_data, load):
        with pytest.raises(DataError, match=message):
            use(settings)


def test_a_file_without_tags_in_a_column_is_refused(tmp_path: Path) -> None:
    untagged = GOOD.replace("\tNN\t", "\t_\t")
    with pytest.raises(DataError, match=r"(?s)'the' has no xpos tag.*set tags: upos"):
        check_data(Tagging(**files(tmp_path, train=untagged), tags="xpos"))
    check_data(Tagging(**files(tmp_path, train=untagged)))


def test_the_vocabulary_is_that_of_training_and_comes_by_frequency(tmp_path: Path) -> None:
    paths = files(
        tmp_path,
        train=text("b/NOUN a/DET", "a/DET c/VERB"),
        validation=text("a/DET new/NOUN"),
        test=text("new/ADJ"),
    )
    data = load(Tagging(**paths))
    assert data.inputs.tolist() == [[3, 2], [2, 4], [2, 1], [1, 0]]
    assert data.shape.features == 5
    assert data.shape.values == 4, "ADJ is in the test file alone; it counts as a mistake"
    assert data.targets[3].tolist() == [0, -1]


def test_rare_words_are_unknown_and_capitals_can_be_ignored(tmp_path: Path) -> None:
    paths = files(tmp_path, train=text("The/DET the/DET cat/NOUN", "cat/NOUN sat/VERB"))
    assert load(Tagging(**paths)).shape.features == 2 + 4
    lower = load(Tagging(**paths, lowercase=True, min_count=2))
    assert lower.shape.features == 2 + 2
    assert lower.inputs[:2].tolist() == [[2, 2, 3], [3, 1, 0]]
    assert load(Tagging(**paths, min_count=99)).inputs[0].tolist() == [1, 1, 1]


def test_word_dropout_is_handed_to_training(tmp_path: Path) -> None:
    paths = files(tmp_path, train=GOOD)
    dropped, whole = (load(Tagging(**paths, word_dropout=share)) for share in (0.3, 0.0))
    assert (dropped.word_dropout, whole.word_dropout) == (0.3, 0.0)
    assert dropped.inputs is whole.inputs


def test_one_word_sentences_and_one_of_10_000_words(tmp_path: Path) -> None:
    words = " ".join(f"w{i % 7}/NOUN" for i in range(10_000))
    paths = files(tmp_path, train=text("yes/INTJ", words, "no/INTJ"))
    data = load(Tagging(**paths))
    assert data.inputs.shape == (3 * (1 + 20 + 1), 512), "in pieces of at most 512 words"
    assert int((data.targets >= 0).sum()) == 3 * 10_002, "no word is lost"
    whole = load(Tagging(**paths, max_length=10_000))
    assert whole.inputs.shape == (9, 10_000)
    order = whole.inputs[1]
    assert torch.equal(data.inputs[1:21].flatten()[:10_000], order)


def test_files_and_treebank_exclude_each_other() -> None:
    with pytest.raises(ValidationError, match="no file for validation, test; name them all"):
        Tagging(train="a.conllu")
    with pytest.raises(ValidationError, match="both treebank and test are given; leave one out"):
        Tagging(treebank="english_ewt", test="a.conllu")
    assert data_paths(Tagging(train="a", validation="b", test="c")) == [*map(Path, "abc")]


def test_the_most_frequent_tag_by_hand() -> None:
    words = torch.tensor([[2, 3, 2], [2, 3, 0], [2, 3, 4]])
    tags = torch.tensor([[0, 1, 0], [1, 2, -1], [1, 1, 0]])
    splits = {"train": torch.tensor([0, 1]), "test": torch.tensor([2])}
    # 2 is 0 twice and 1 once; 3 is 1 and 2, and 1 comes first; 4 is unknown: 0 and 1 twice, 0 first
    assert most_frequent_tag(words, tags, splits) == pytest.approx(2 / 3)
