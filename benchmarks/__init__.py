"""Benchmarks: ratios against named peers, measured in one run, on equal threads and precision; a wrong result is
never timed."""
