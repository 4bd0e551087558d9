"""Numbers and figures → HTML."""
