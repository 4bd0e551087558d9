"""Optimizers for all members of a pack at once; each in its own file, with its formula.

Parameters and gradients are flat, (members, parameters of one model); hyperparameters have one
value per member, (members, 1), so that members may differ in them. The order of operations is
that of `torch.optim`, so that a member moves exactly as it would alone.
"""
