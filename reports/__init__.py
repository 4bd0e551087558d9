"""WHAT was learnt: tables → statistics → figures → one HTML page."""
