"""What training differentiates: the loss of the task or of the study, for many members at once."""
