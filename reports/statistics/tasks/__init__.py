"""Several tasks in one study: scores, ranks and baselines."""
