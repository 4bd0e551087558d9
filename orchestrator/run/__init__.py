"""What a run does, without a terminal: plan, train what is missing, report."""
