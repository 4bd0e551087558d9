"""HOW models are trained: study → plan → training → execution → store, in the order of data."""
