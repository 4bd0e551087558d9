"""The questions shipped with orch, one YAML file each."""
