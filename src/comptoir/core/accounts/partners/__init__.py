"""Makers of tills that call us: who they are, which brands they ask for, and the tokens they call with."""
