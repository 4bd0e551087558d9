"""One trial trained by several processes, each with its part of every batch."""
