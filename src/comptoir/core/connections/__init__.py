"""A store's link to its point of sale: consent, sealed tokens, linked locations, webhook addresses."""
