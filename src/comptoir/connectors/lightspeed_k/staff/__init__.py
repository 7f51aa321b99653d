"""Staff, groups and shifts."""
