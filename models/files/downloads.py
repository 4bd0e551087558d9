"""Data sets that are downloaded once, checked by their SHA-256, and kept.

They are kept in $ORCH_DATA, else in the cache folder of the user (~/.cache/orch on Linux).
"""

import os
from dataclasses import dataclass
from pathlib import Path

from orchestrator.models.files.errors import DataError

MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist"
FASHION = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
EWT = "https://raw.githubusercontent.com/UniversalDependencies/UD_English-EWT/r2.16"


@dataclass(frozen=True, slots=True)
class Download:
    """One file: where it comes from, and what it must hash to."""

    url: str
    sha256: str


IMAGE_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def _image_files(base: str, *sha256: str) -> tuple[Download, ...]:
    pairs = zip(IMAGE_FILES, sha256, strict=True)
    return tuple(Download(f"{base}/{name}", digest) for name, digest in pairs)


DOWNLOADS: dict[str, tuple[Download, ...]] = {
    "mnist": _image_files(
        MNIST,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
    "fashion_mnist": _image_files(
        FASHION,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
    "english_ewt": (  # train, validation, test
        Download(
            f"{EWT}/en_ewt-ud-train.conllu",
            "3fb78e2b55482c8ee00caa653af436c88c9e5bc9a73ce26e4ae3ddc79d2b7e7b",
        ),
        Download(
            f"{EWT}/en_ewt-ud-dev.conllu",
            "531a54ff90d6ab12201c5a50c3e78e6ddac4de69abc4bce5d275d3cd29efe2b6",
        ),
        Download(
            f"{EWT}/en_ewt-ud-test.conllu",
            "e266e515a0a7547657ed3d90d9ba46487d6bd251f27ad4269d4e8a427c8555cd",
        ),
    ),
}


def fetch(name: str) -> list[Path]:
    """The files of a data set, downloaded if they are not there or not whole. Raises DataError."""
    return [_fetch(download, cache_folder() / name) for download in DOWNLOADS[name]]


def cache_folder() -> Path:
    """Where downloads are kept. Raises DataError where the user has no home folder."""
    import pooch

    folder = Path(os.environ.get("ORCH_DATA") or pooch.os_cache("orch"))
    if folder.parts[0] == "~":  # it was not replaced: no HOME, and no such user
        cure = "set HOME or ORCH_DATA to a folder that you may write to"
        raise DataError(folder, "this user has no home folder, where downloads are kept", cure)
    return folder


def _fetch(download: Download, folder: Path) -> Path:
    import pooch  # imported late: it brings requests along

    name = download.url.rpartition("/")[2]
    known = f"sha256:{download.sha256}"
    try:
        kept = pooch.retrieve(download.url, known, name, folder, progressbar=False)
    except ValueError as error:  # what came does not have the hash
        what = f"what {download.url} sent is damaged, cut off or another version"
        raise DataError(folder / name, what, "try again later, or put the file there") from error
    except OSError as error:  # no network, no such page, folder not writable
        cure = f"put the file there yourself: it must have the SHA-256 {download.sha256}"
        raise DataError(folder / name, f"cannot be downloaded: {error}", cure) from error
    return Path(kept)
