"""Draws the audit of the tuning."""
