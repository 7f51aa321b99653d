"""A seeded, living shop behind the simulators."""
