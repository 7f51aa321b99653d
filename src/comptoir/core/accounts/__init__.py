"""Who works here: organisations, stores, users, roles, API tokens."""
