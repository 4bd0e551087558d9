"""Words of the figure of `cost`."""

TITLE = "Training time of one trial by variant (s)"
TITLE_OWN = "Time of one trial by variant (s)"
CAPTION_OWN = (
    "Marker: mean over the variant's trials of their wall time; logarithmic scale; no interval."
)
CAPTION = (
    "Marker: mean over the variant's trials of the wall time of their pack, shared out "
    "evenly among its members; logarithmic scale; no interval. Variants that trained in "
    "one pack have the same time."
)
