"""Draws main effects and interactions of factors."""
