"""New POS: one sentence of what its shops are."""
