"""What makes a run worthless."""


class BenchFailure(Exception):
    """A figure that could not be had honestly: rows and answers differ, a contestant died, an answer was not 2xx."""
