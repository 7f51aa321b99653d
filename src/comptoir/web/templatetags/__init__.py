"""Template tags: components and formats. They are built in, no page has to load them."""
