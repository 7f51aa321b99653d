"""What the weekly balance computes and decides: pure, no tables, no clock."""
