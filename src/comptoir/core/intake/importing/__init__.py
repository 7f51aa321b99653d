"""Imports: days of a till's books, window by window."""
