"""Words of the figures of several tasks."""
