"""WHAT is trained: plain PyTorch networks and tasks, readable beside the lecture."""
