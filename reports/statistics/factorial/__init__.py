"""Factors that are crossed: main effects, interactions, analysis of variance."""
