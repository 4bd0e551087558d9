"""Study → the points at which its nuisance settings are tried: the only place that draws them."""
