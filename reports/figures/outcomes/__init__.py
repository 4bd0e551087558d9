"""Draws what each variant reached."""
