"""What happens to a pack inside the process that trains it."""
