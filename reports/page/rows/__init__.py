"""Statistics → rows of the tables of the page."""
