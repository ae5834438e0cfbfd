"""Training: compiled steps, the loops that run them, and the checks before the first batch."""
