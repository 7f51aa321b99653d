"""The inbox, what becomes of it, and imports."""
