"""Lightspeed Retail R-Series: shops that sell goods."""
