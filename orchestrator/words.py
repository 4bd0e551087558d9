"""Counts and durations as messages write them."""


def plural(number: float, noun: str) -> str:
    """1 pack, 12,000 packs, 0.5 GPUs."""
    return f"{number:,.12g} {noun}{'s' * (number != 1)}"


def duration(seconds: float) -> str:
    """0:41, 12:05 or 3:07:00."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
