"""What keeps a report from being made, in words for its reader."""


class ReportError(Exception):
    """The folder holds no study that a report could be made of; the text says what is missing."""
