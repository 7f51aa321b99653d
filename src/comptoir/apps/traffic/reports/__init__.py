"""Totals, comparisons and exports."""
