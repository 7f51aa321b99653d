"""Traffic and sales: what came through the doors, what was sold, and who was there to serve (traffic-analytics.md)."""
