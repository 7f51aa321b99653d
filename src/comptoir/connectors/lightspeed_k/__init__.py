"""Lightspeed Restaurant K-Series."""
