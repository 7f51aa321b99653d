"""Events on their way to apps: each once per event and app."""
