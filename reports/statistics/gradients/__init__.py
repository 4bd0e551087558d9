"""How gradients decay through depth and time, beside mean-field theory."""
