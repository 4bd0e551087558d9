"""Files, locks and copies on a disk of this machine."""
