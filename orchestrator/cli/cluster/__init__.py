"""The verbs for studies on a cluster that is reached through its Ray Jobs server."""
