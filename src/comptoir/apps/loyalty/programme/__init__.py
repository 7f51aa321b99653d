"""The programme to see and to change."""
