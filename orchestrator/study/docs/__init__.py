"""The contents of a study file, described for editors and for readers."""
