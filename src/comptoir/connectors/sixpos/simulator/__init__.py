"""6xpos as we imagine it: a till whose server calls the partner API. Written from loyalty.md 2.2 and 3 alone."""
