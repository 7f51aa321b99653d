"""The common tongue between points of sale and Comptoir."""
