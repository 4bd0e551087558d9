"""Many models of one structure computed as one."""
