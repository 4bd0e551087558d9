"""Parts of training in the user's code: optimizers, losses, schedules, augmentation.

See docs/own-parts.md.
"""
