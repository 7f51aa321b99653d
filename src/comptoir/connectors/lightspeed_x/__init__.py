"""Lightspeed Retail X-Series (once Vend): shops that sell goods."""
