"""What a file is that is not what it is called: an archive, a web page, a pointer to a file …"""

import re
from dataclasses import dataclass

GZIP_MAGIC = b"\x1f\x8b"
_START = 512  # bytes that say it


@dataclass(frozen=True, slots=True)
class Kind:
    """what: completes "this is …". cure: what to do; {path} in it is the file."""

    what: str
    cure: str


_NAME_INSIDE = "and give the file that is inside"
_MAGIC = {  # first bytes → what begins with them
    GZIP_MAGIC: Kind("a gzip file", "unpack it: gunzip {path}"),
    b"PK\x03\x04": Kind("a zip archive", f"unpack it, {_NAME_INSIDE}: unzip {{path}}"),
    b"BZh": Kind("a bzip2 file", "unpack it: bunzip2 {path}"),
    b"\xfd7zXZ\0": Kind("an xz file", "unpack it: unxz {path}"),
    b"\x28\xb5\x2f\xfd": Kind("a zstd file", "unpack it: unzstd {path}"),
    b"7z\xbc\xaf\x27\x1c": Kind("a 7z archive", f"unpack it, {_NAME_INSIDE}: 7z x {{path}}"),
    b"Rar!": Kind("a rar archive", f"unpack it, {_NAME_INSIDE}"),
    b"version https://git-lfs.github.com/spec/": Kind(
        "a pointer of Git LFS, not the file that it points to", "fetch the file: git lfs pull"
    ),
    b"/annex/objects/": Kind(
        "a pointer of git-annex, not the file that it points to",
        "fetch the file: git annex get {path}",
    ),
    b"\xff\xfe": Kind("text in UTF-16", "save it as UTF-8: iconv -f UTF-16 -t UTF-8 {path}"),
    b"\xfe\xff": Kind("text in UTF-16", "save it as UTF-8: iconv -f UTF-16 -t UTF-8 {path}"),
    b"\x93NUMPY": Kind("an array of NumPy", ""),
    b"PAR1": Kind("a Parquet file", ""),
    b"SQLite format 3": Kind("an SQLite database", ""),
    b"\x89HDF": Kind("an HDF5 file", ""),
    b"\x89PNG": Kind("a single PNG image", ""),
    b"\xff\xd8\xff": Kind("a single JPEG image", ""),
    b"%PDF": Kind("a PDF document", ""),
}
_WEB_PAGE = Kind(
    "a web page, not the file that it is about", "download the file itself: the raw link"
)
_XML = Kind("an XML document, perhaps a server's error", "download the file again")
_TAR = Kind("a tar archive", f"unpack it, {_NAME_INSIDE}: tar -xf {{path}}")


def kind_of(content: bytes) -> Kind | None:
    """None for what may be data: neither IDX nor CoNLL-U nor YAML begins as these do."""
    start = content[:_START]
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            return kind
    if start[257:262] == b"ustar":
        return _TAR
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if re.match(rb"<!doctype html|<html|<head|<!--", text):
        return _WEB_PAGE
    return _XML if text.startswith(b"<?xml") else None
