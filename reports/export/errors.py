"""What keeps an export from being made, in words for its user."""


class ExportError(Exception):
    """A program or package that the format needs is missing, or a server does not answer."""


class ExportChoiceError(ValueError):
    """What was chosen is not there; the text says what is."""
