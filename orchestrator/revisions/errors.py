"""What is wrong with a revision or a repository."""


class RevisionError(Exception):
    """One problem, for the place in the study that names the revision or the repository."""

    def __init__(self, what: str, allowed: str = "", cure: str = "") -> None:
        super().__init__(what)
        self.what, self.allowed, self.cure = what, allowed, cure
