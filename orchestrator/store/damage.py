"""The warning for damaged files of the store."""


class DamagedPart(UserWarning):
    """A file of the store is incomplete or corrupt; the trials of its pack count as not done."""
