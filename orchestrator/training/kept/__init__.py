"""What is kept of trials besides metrics and gradients: answers to test examples, weights."""
