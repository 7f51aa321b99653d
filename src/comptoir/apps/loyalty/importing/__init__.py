"""Members from a file of another programme: read, looked at, brought in, taken back."""
