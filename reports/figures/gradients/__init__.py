"""Draws gradients through depth and time."""
