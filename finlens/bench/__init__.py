"""Benchmarks of the product, each on a stage of its own: a temporary installation that is gone when the run ends."""
