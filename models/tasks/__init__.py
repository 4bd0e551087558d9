"""Data, loss and metrics of each task."""
