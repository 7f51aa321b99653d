"""Pages of the house itself; those of an app live in its own folder."""
