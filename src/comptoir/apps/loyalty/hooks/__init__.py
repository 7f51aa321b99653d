"""Webhooks of partners (loyalty.md 3.8): what happened to a customer, signed, at least once, tried for 24 hours."""
