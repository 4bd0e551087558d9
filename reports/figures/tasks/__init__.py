"""Draws tasks: scores over several of them, their baselines, their sequences."""
