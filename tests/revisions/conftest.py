"""Every test of this room has a cache of its own where it asks for one."""

from tests.revisions.repositories import cache

__all__ = ["cache"]
