"""Names from outside that become paths: keys of a bucket, ids of a plan, studies of a cluster.

A name that could lead out of its folder, that a terminal would obey, or that no folder can hold is
refused here, whoever wrote it.
"""

from orchestrator.errors import EnvironmentFault

LONGEST_BYTES = 160
"""Of a name. A folder takes 255; a temporary file has its name, this machine's and more."""


class UnsafeName(EnvironmentFault, ValueError):
    """A name from outside that must not become a path."""


def safe_name(name: str) -> str:
    """The name itself, of one file or folder. Raises UnsafeName."""
    if why := _fault(name):
        raise UnsafeName(f"the name {name!a} {why}: orch makes no path of it")
    return name


def is_safe_name(name: str) -> bool:
    """Whether it can be the name of one file or folder."""
    return _fault(name) is None


def is_safe_path(path: str) -> bool:
    """Whether all names of a relative path are safe; "/" separates them."""
    return all(_fault(name) is None for name in path.split("/"))


def _fault(name: str) -> str | None:
    if not name:
        return "is empty"
    if name in (".", ".."):
        return "is another folder"
    if "/" in name or "\\" in name:
        return "is a path"
    if not name.isprintable():
        return "has characters that cannot be printed"
    if len(name.encode()) > LONGEST_BYTES:
        return f"has more than {LONGEST_BYTES} bytes"
    return None
