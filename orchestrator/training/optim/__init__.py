"""Optimizers, schedules and clipping for many members at a time."""
