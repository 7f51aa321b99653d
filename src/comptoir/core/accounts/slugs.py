"""Store slugs: the name a partner's till sends with every order (loyalty.md 1.1).

A slug is unique in the whole installation, lower-case ASCII, and never changes: the database refuses it. Its random end
keeps it from being guessed, and from being given out twice when a store is gone.
"""

import secrets
from typing import Any, Final

from django.db import models
from django.utils.text import slugify

ALPHABET: Final = "23456789abcdefghjkmnpqrstvwxyz"
RANDOM_LETTERS: Final = 6
LONGEST: Final = 48
LONGEST_NAME: Final = LONGEST - RANDOM_LETTERS - 1


def new_slug(name: str) -> str:
    """A slug for a store of this name, such as `le-zinc-7h2kqd`."""
    readable = slugify(name)[:LONGEST_NAME].strip("-_") or "store"
    return f"{readable}-{''.join(secrets.choice(ALPHABET) for _place in range(RANDOM_LETTERS))}"


class StoreSlugField(models.CharField):  # type: ignore[type-arg]  # its parameters are the stubs' own
    """Fills itself from the store's name when the row is made, in bulk as well."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ARG002  (Django's)
        """The slug as it is, or a new one."""
        if not getattr(model_instance, self.attname):
            setattr(model_instance, self.attname, new_slug(getattr(model_instance, "name", "")))
        return getattr(model_instance, self.attname)
