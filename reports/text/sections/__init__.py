"""Sentences of the sections of the page, outside their figures."""
