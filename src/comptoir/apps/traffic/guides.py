"""The guide of each page."""

GUIDES = {}
