"""Packs → workers: on this machine, on a Ray cluster, or submitted to one."""
