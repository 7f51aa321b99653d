"""Which app runs for whom."""
