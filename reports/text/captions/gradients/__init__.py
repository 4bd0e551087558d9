"""Words of the figures of gradients through depth and time."""
