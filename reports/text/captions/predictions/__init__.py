"""Words of the figures of predictions."""
