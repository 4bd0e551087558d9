"""Titles, captions and lessons of the figures: `captions/X.py` speaks for `figures/X.py`."""
