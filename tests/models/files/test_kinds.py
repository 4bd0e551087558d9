"""Files that are not what they are called: the message says what they are, and what to do."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.models.files.conllu import read_sentences
from orchestrator.models.files.content import read_bytes
from orchestrator.models.files.errors import DataError
from orchestrator.models.files.idx import read_idx
from orchestrator.models.files.kinds import kind_of

CONLLU = b"1\tdog\tdog\tNOUN\tNN" + b"\t_" * 5 + b"\n\n"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"


def zipped(raw: bytes) -> bytes:
    file = io.BytesIO()
    zipfile.ZipFile(file, "w").writestr("x", raw)
    return file.getvalue()


def tarred(raw: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo("x")
        info.size = len(raw)
        archive.addfile(info, io.BytesIO(raw))
    return file.getvalue()


CASES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "zip": (zipped, r"is a zip archive\n    unpack it, .*: unzip "),
    "tar": (tarred, r"is a tar archive\n    unpack it, .*: tar -xf "),
    "tar.gz": (lambda raw: gzip.compress(tarred(raw)), r"holds a tar archive"),
    "twice.gz": (lambda raw: gzip.compress(gzip.compress(raw)), r"holds a gzip file\n    .*gunzip"),
    "bz2": (bz2.compress, r"is a bzip2 file\n    unpack it: bunzip2 "),
    "xz": (lzma.compress, r"is an xz file\n    unpack it: unxz "),
    "html": (lambda raw: b"\n<!DOCTYPE html><title>404</title>", r"is a web page"),
    "xml": (lambda raw: b"<?xml version='1.0'?><Error/>", r"is an XML document"),
    "lfs": (lambda raw: POINTER, r"a pointer of Git LFS.*\n    .*git lfs pull"),
    "annex": (lambda raw: b"/annex/objects/MD5E-s1--00\n", r"git annex get "),
    "utf-16": (lambda raw: raw.decode().encode("utf-16"), r"is text in UTF-16\n    .*iconv"),
    "empty": (lambda raw: b"", r"is empty"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_it_is_and_what_to_do(name: str, tmp_path: Path) -> None:
    pack, message = CASES[name]
    file = tmp_path / f"data.{name}"
    file.write_bytes(pack(CONLLU))
    for read in (read_bytes, read_sentences, lambda path: read_idx(path, 3)):
        with pytest.raises(DataError, match=message):
            read(file)


@pytest.mark.parametrize("data", [CONLLU, b"# sent_id = 1\n", bytes(8), b"\0\0\x08\x03", b""])
def test_data_are_nothing_else(data: bytes) -> None:
    assert kind_of(data) is None


def test_a_treebank_without_its_words(tmp_path: Path) -> None:
    file = tmp_path / "x.conllu"
    file.write_bytes(CONLLU.replace(b"dog", b"_") * 3 + CONLLU)
    with pytest.raises(DataError, match=r"is without its words: 3 of 4 are _\n    its licence"):
        read_sentences(file)


def test_an_underscore_may_be_a_word(tmp_path: Path) -> None:
    file = tmp_path / "x.conllu"
    file.write_bytes(CONLLU.replace(b"dog", b"_") + CONLLU * 3)
    assert read_sentences(file)[0].words == ("_",)
