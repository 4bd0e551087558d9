"""Factors and their levels → the variants of a study, its comparison and its tuning."""
