"""Weekly balance: the till's figures in the week's book, confirmed (reference: weekly-balance.md)."""
