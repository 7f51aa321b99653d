"""Alerts: what somebody should look at, told once, looked at by people, and put aside by them."""
