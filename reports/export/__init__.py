"""A study's tables and figures in the formats of other tools: one file a format."""
