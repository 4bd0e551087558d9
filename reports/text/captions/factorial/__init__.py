"""Words of the figures of main effects and interactions."""
