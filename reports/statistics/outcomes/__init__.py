"""What each variant reached: final metrics, curves, solved shares, failures."""
