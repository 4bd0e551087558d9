"""A pack → rows: the only engine that runs torch."""
