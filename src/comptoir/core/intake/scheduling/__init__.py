"""Schedules: imports that begin by themselves at a typed time of the store's own clock."""
