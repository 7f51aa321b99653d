"""Canonical sales as rows, their revisions, and the hourly roll-up."""
