"""Counts of people: as sensors, files and programmes send them."""
