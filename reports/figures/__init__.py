"""Numbers → plotly figures; each file draws what its namesake in `statistics` computes."""
