"""Results at a URI: object storage, its mirror on this machine, and leases on studies."""
