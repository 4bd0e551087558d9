"""Study → trials, packs, what is already done. Pure: no torch, no ray."""
