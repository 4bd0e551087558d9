"""The rows of docs/reproductions.md, by what they are about."""
