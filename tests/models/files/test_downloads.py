"""Downloads: what is damaged is refused by the file's name, what cannot be fetched has a cure."""

import gzip
import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from orchestrator.models.catalogue import TASKS
from orchestrator.models.files import downloads
from orchestrator.models.files.downloads import DOWNLOADS, Download, cache_folder, fetch
from orchestrator.models.files.errors import DataError
from orchestrator.models.settings import MNIST, FashionMNIST, Tagging
from orchestrator.models.tasks.mnist import load
from tests.shared_data import EWT, shared_data
from tests.shared_data import MNIST as MNIST_FILES


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, str]]:
    """A folder and the address at which its files can be fetched; an empty cache folder."""
    folder = tmp_path / "www"
    folder.mkdir()
    monkeypatch.setenv("ORCH_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    http = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield folder, f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    thread.join()
    http.server_close()


def offer(server: tuple[Path, str], name: str, content: bytes) -> Download:
    folder, address = server
    (folder / name).write_bytes(content)
    return Download(f"{address}/{name}", hashlib.sha256(content).hexdigest())


@pytest.fixture
def one_file(server: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data set `one` of one file of 1,000 bytes; its place on the server."""
    monkeypatch.setitem(DOWNLOADS, "one", (offer(server, "data.bin", bytes(1000)),))
    return server[0] / "data.bin"


def test_a_download_is_kept_and_not_fetched_again(one_file: Path) -> None:
    (kept,) = fetch("one")
    assert kept == cache_folder() / "one" / "data.bin"
    assert kept.read_bytes() == bytes(1000)
    one_file.unlink()
    assert fetch("one") == [kept]


def test_a_damaged_copy_in_the_cache_is_replaced(one_file: Path) -> None:
    (kept,) = fetch("one")
    kept.write_bytes(bytes(999))
    assert fetch("one")[0].read_bytes() == bytes(1000)


@pytest.mark.parametrize("content", [bytes(999), b"", bytes(999) + b"x"])
def test_a_wrong_or_truncated_download_is_refused_by_name(one_file: Path, content: bytes) -> None:
    one_file.write_bytes(content)
    with pytest.raises(DataError, match=r"one/data\.bin: what http.* sent is damaged, cut off"):
        fetch("one")
    assert list((cache_folder() / "one").iterdir()) == [], "nothing bad is kept"


def test_a_page_that_is_not_there_is_told_with_a_cure(one_file: Path) -> None:
    one_file.unlink()
    with pytest.raises(DataError, match=r"(?s)cannot be downloaded: 404.*must have the SHA-256"):
        fetch("one")


def test_no_network_is_told_with_a_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORCH_DATA", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    nowhere = Download("http://127.0.0.1:9/data.bin", "0" * 64)
    monkeypatch.setitem(DOWNLOADS, "one", (nowhere,))
    with pytest.raises(DataError, match=r"(?s)cannot be downloaded: .*put the file there yourself"):
        fetch("one")


def test_a_cache_that_is_no_folder_is_told(
    one_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ORCH_DATA", str(tmp_path / "file"))
    with pytest.raises(DataError, match="cannot be downloaded"):
        fetch("one")


@pytest.mark.parametrize("kind", [MNIST, FashionMNIST])
@pytest.mark.slow
def test_mnist_is_downloaded_and_its_test_images_stay_apart(
    kind: type[MNIST] | type[FashionMNIST],
    server: tuple[Path, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The downloaded data set, with real images: test images also in the place of training's."""
    real = [Path(shared_data(name)).read_bytes() for name in MNIST_FILES.values()]
    offered = [offer(server, f"{i}.gz", real[i % 2]) for i in range(4)]
    task = kind(train_examples=600, validation_examples=200, test_examples=300)
    monkeypatch.setitem(DOWNLOADS, task.name, tuple(offered))
    data = load(task, lambda stream: 1)
    assert data.inputs.shape == (20_000, 1, 28, 28)
    assert {split: len(rows) for split, rows in data.splits.items()} == task.sizes
    assert torch.cat([data.splits["train"], data.splits["validation"]]).max() < 10_000
    assert data.splits["test"].min() >= 10_000
    assert data.baselines["accuracy"] == pytest.approx(0.1135, abs=0.005)
    other = load(task, lambda stream: 2)
    assert other.inputs is data.inputs, "one copy for all replicates"
    assert not torch.equal(other.splits["test"], data.splits["test"])


def test_sizes_beyond_mnists_are_refused() -> None:
    with pytest.raises(ValueError, match="asks for 70000 images to train and validate on"):
        MNIST(train_examples=60_000)
    with pytest.raises(ValueError, match="asks for 10001 images to test on; there are 10000"):
        FashionMNIST(test_examples=10_001)


def test_the_hashes_of_downloads_are_those_of_the_real_files() -> None:
    """As far as the files are here: MNIST's test images, and the treebank unpacked."""
    for download, name in zip(DOWNLOADS["mnist"][2:], MNIST_FILES.values(), strict=True):
        assert name.endswith(download.url.rpartition("/")[2])
        content = Path(shared_data(name)).read_bytes()
        assert hashlib.sha256(content).hexdigest() == download.sha256
    for download, name in zip(DOWNLOADS["english_ewt"], EWT.values(), strict=True):
        assert Path(name).stem == download.url.rpartition("/")[2]
        content = gzip.decompress(Path(shared_data(name)).read_bytes())
        assert hashlib.sha256(content).hexdigest() == download.sha256


def test_every_download_that_settings_name_is_known() -> None:
    named = [MNIST().download, FashionMNIST().download, Tagging(treebank="english_ewt").download]
    assert set(named) == set(DOWNLOADS)
    assert all(len(download.sha256) == 64 for files in DOWNLOADS.values() for download in files)
    assert TASKS["mnist"].settings(name="mnist").download == "mnist"
    assert downloads.cache_folder().is_absolute()
