"""One folder per business app."""
