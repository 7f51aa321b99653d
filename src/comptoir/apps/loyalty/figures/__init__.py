"""Figures of the programme, day by day."""
