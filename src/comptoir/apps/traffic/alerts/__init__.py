"""Alerts: what is wrong with a feed or a figure, told in time and not too often (traffic-analytics.md 6.4)."""
