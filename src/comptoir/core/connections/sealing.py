"""The sealer with this installation's keys."""

from functools import cache

from django.conf import settings

from comptoir.kernel.seal import Sealer


@cache
def sealer() -> Sealer:
    """Made once: deriving keys costs time. Raises SealBroken when there is no key."""
    return Sealer(settings.COMPTOIR_KEYS)
