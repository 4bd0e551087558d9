"""What a run would do, how long that takes, and what the study could show then."""
