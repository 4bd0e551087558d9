"""What a study file can say, written for editors and for readers."""
