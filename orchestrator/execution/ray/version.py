"""Which Ray is supported: the minor version with whose internals the tests ran."""

from importlib.metadata import PackageNotFoundError, version

from orchestrator.errors import EnvironmentFault

SUPPORTED = (2, 60)  # pyproject.toml has the same bounds
_CURE = 'pip install "ray[default,train,tune]>=2.60,<2.61"'


def require_supported_ray() -> None:
    """Raises EnvironmentFault for a missing Ray, and for one whose internals may differ."""
    try:
        found = version("ray")
    except PackageNotFoundError:
        raise EnvironmentFault(f"Ray is not installed\n    {_CURE}") from None
    if tuple(found.split(".")[:2]) != tuple(map(str, SUPPORTED)):
        major, minor = SUPPORTED
        raise EnvironmentFault(
            f"Ray {found} is installed; orch supports {major}.{minor}, as it uses internals of Ray "
            f"that change between versions\n    {_CURE}"
        )
