"""HOW the models are trained: study → plan → training → execution → store, in the order of the data."""
