"""From what each network said of single examples: confusions, classes, examples that all miss."""
