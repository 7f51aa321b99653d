"""Loyalty: what is sold at the till becomes points for those who come back."""
