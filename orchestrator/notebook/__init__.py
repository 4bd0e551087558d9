"""orch in Python: make a study, run it, look at what it found."""
