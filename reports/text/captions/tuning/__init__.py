"""Words of the figures of the audit of the tuning."""
