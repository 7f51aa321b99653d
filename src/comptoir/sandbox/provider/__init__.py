"""Petite Monnaie, a made-up pay-at-table provider: it calls Comptoir's provider API over HTTP, nothing else."""
