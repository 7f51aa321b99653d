"""Rewards: what there is, who holds which, buying and using them."""
