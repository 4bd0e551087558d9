"""Factors and their levels → the variants of a study, its comparisons and its tuning."""
