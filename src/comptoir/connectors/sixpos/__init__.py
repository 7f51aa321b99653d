"""6xpos, and any other till whose server pushes its orders to the partner API."""
