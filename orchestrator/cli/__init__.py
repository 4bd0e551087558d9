"""One file per verb; each imports its stage inside the verb, so that `orch --help` is instant."""
