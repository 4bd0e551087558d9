"""The same work done in other ways, to compare `orch run` with; each as its users write it."""
