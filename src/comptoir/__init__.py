"""Comptoir: one counter between every till and every back office."""
