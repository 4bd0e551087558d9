"""plan.json as a record: what is written is what is read, by every reader."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.paths import StudyPaths
from orchestrator.plan.document import plan_document
from orchestrator.plan_document import Nuisance, PlanDocument, PlanDocumentError
from orchestrator.provenance import GitState
from orchestrator.reports.data.read import read_tables
from orchestrator.store.journal import read_plan, write_plan
from tests.plan import tuned
from tests.plan.studies import plan

GIT = GitState("0123", dirty=True, diff="4567")
DOCUMENTS = {
    "plain": plan_document(plan()),
    "of a run under git": plan_document(plan(), GIT),
    "with points": plan_document(tuned.planned(tuned.study())),
    "with selected settings": plan_document(tuned.tuned(tuned.study()), GIT),
}


def text_of(document: PlanDocument) -> bytes:
    return json.dumps(document.to_json(), allow_nan=False).encode()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_written_is_what_the_store_and_the_report_read(name: str, tmp_path: Path) -> None:
    document = DOCUMENTS[name]
    folder = StudyPaths(tmp_path)
    write_plan(folder, "study: small\n", document)
    assert read_plan(folder) == document
    assert read_tables(tmp_path).plan == document


@pytest.mark.parametrize("name", DOCUMENTS)
def test_reading_and_writing_again_changes_no_byte(name: str) -> None:
    text = text_of(DOCUMENTS[name])
    assert text_of(PlanDocument.from_json(text)) == text


def test_numbers_keep_their_kind() -> None:
    """A level of 1 is another level than 1.0 and than true, and is written as it was."""
    document = replace(DOCUMENTS["plain"], factors={"x": (1, 1.0, True, "1", None, 2**60)})
    (read,) = PlanDocument.from_json(text_of(document)).factors.values()
    assert list(map(repr, read)) == ["1", "1.0", "True", "'1'", "None", str(2**60)]


def test_bounds_of_whole_numbers_stay_whole() -> None:
    tune = DOCUMENTS["with points"].tune
    assert tune is not None
    bounds = Nuisance("int_uniform", 8, 64, None, {})
    document = replace(DOCUMENTS["plain"], tune=replace(tune, settings={"training.x": (bounds,)}))
    assert PlanDocument.from_json(text_of(document)) == document
    assert b'"low": 8, "high": 64' in text_of(PlanDocument.from_json(text_of(document)))


def test_a_single_range_is_written_without_a_list() -> None:
    tune = DOCUMENTS["with points"].tune
    assert tune is not None
    low, high = (
        Nuisance("uniform", low, low + 1.0, None, {"model.depth": low}) for low in (1.0, 2.0)
    )
    settings = {"training.x": (low,), "training.y": (low, high)}
    document = replace(DOCUMENTS["plain"], tune=replace(tune, settings=settings))
    written = json.loads(text_of(document))["tune"]["settings"]
    assert written["training.x"] == written["training.y"][0]
    assert PlanDocument.from_json(text_of(document)) == document
    assert document.tune is not None
    assert document.tune.range_of("training.y", {"model.depth": 2.0}) == high
    assert document.tune.range_of("training.y", {"model.depth": 3.0}) is None


def test_keys_of_later_versions_are_ignored() -> None:
    document = json.loads(text_of(DOCUMENTS["with points"]))
    document["later"] = document["compare"]["later"] = document["variants"][0]["later"] = 1
    assert PlanDocument.from_json(json.dumps(document).encode()) == DOCUMENTS["with points"]


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"variants": 3}, "variants: "),
        ({"variants": [{"variant_id": "x"}]}, "variants.0.variant: Field required"),
        ({"packs": [[]]}, "packs.0: "),
        ({"seed": "x"}, "seed: "),
        ({"identity": None}, "identity: "),
    ],
)
def test_what_cannot_be_read_is_named(changed: dict[str, object], where: str) -> None:
    text = json.dumps(json.loads(text_of(DOCUMENTS["plain"])) | changed).encode()
    with pytest.raises(PlanDocumentError, match=where):
        PlanDocument.from_json(text)


def test_a_missing_key_is_named() -> None:
    document = json.loads(text_of(DOCUMENTS["plain"]))
    del document["compare"]
    with pytest.raises(PlanDocumentError, match="compare: Field required"):
        PlanDocument.from_json(json.dumps(document).encode())


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe"])
def test_what_is_not_json(text: bytes) -> None:
    with pytest.raises(PlanDocumentError, match="not JSON"):
        PlanDocument.from_json(text)


@pytest.mark.parametrize("name", ["../../../x", "/etc/hostname", "a\\b", "a\x1b[2J"])
@pytest.mark.parametrize("key", ["tasks.0.sample", "packs.0.pack_id", "study"])
def test_a_strangers_plan_names_no_file_elsewhere(key: str, name: str) -> None:
    document = json.loads(text_of(DOCUMENTS["plain"]))
    *parents, last = key.split(".")
    place = document
    for parent in parents:
        place = place[int(parent) if parent.isdigit() else parent]
    place[last] = name
    with pytest.raises(PlanDocumentError, match=f"{key}: .*orch makes no path of it"):
        PlanDocument.from_json(json.dumps(document).encode())
