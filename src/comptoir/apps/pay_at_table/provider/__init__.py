"""The provider API, one file for each part of it; `../api.py` puts them together."""
