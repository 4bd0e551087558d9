"""Results at a URI: object storage, its mirror on this machine, and the lease on a study."""
