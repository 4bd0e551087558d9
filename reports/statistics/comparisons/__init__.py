"""Paired comparisons of variants: tests, intervals, adjustment, power."""
