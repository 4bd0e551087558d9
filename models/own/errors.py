"""Errors of the user's code, in the words of its author."""


class OwnCodeError(ValueError):
    """Code that cannot be imported, found or called.   allowed, cure: may be empty."""

    def __init__(self, what: str, allowed: str = "", cure: str = "") -> None:
        super().__init__(what)
        self.what, self.allowed, self.cure = what, allowed, cure
