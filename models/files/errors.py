"""What is wrong with a data file, in the words that its owner needs."""


class DataError(ValueError):
    """A data file that is missing, broken or not what it should be.

    where: the file, with the line if there is one.   cure: what to do about it, or nothing.
    """

    def __init__(self, where: object, what: str, cure: str = "") -> None:
        super().__init__(str(where), what, cure)  # these are what pickle hands from a worker back
        self.where, self.what, self.cure = str(where), what, cure

    def __str__(self) -> str:
        return "\n    ".join(filter(None, (f"{self.where}: {self.what}", self.cure)))
