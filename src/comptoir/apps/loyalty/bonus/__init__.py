"""Bonus rules: points on top of what a sale earns, each with an entry of its own (loyalty.md 1.4)."""
