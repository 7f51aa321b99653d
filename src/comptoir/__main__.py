"""`python -m comptoir`."""

from comptoir.cli.main import app

app()
