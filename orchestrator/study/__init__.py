"""study.yaml → Study: the only place that parses YAML."""
