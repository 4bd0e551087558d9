"""Words of the figures of outcomes of trials."""
