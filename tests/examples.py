"""How many examples property tests try: fewer where the same code runs once more, on another PostgreSQL."""

import os
from typing import Final

from hypothesis import settings

FEW: Final = int(os.environ.get("COMPTOIR_TEST_EXAMPLES", "0"))

if FEW:
    settings.register_profile("few", max_examples=FEW)
    settings.load_profile("few")


def examples(usual: int) -> int:
    """As many as a test of its own wants, or few."""
    return min(usual, FEW) if FEW else usual
