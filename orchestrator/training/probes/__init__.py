"""What is measured of gradients and activations while a network is trained."""
