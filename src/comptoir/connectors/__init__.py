"""One folder per point of sale."""
