"""Tablets on the counter: pairing, linking, what they show, what guests do on them."""
