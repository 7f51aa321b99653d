"""Tags of this app alone."""
