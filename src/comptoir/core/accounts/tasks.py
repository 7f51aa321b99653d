"""Jobs of this room."""

from comptoir.core.accounts.partners import chat  # noqa: F401  (makes its job known)
