"""YAML text → validated settings, with the line of every problem."""
