"""The partner API `/partner/v1`: tills that call us, in the words of Hey Pongo's public API (loyalty.md 3)."""
