"""Numbers → plotly figures; a file draws its namesake in `statistics`, or says what it draws."""
