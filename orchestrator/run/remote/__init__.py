"""A study that runs as a job of a cluster: prepared here, run there."""
