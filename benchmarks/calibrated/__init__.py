"""Parts of `benchmarks.calibration`: simulated data, the measured cells, their tables."""
