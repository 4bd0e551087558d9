"""The user's code in training: augmentation, and what `orch check` tries of all parts."""
