"""How much of a test is tried: less where the same code runs once more, on another PostgreSQL."""

import os
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

OF_EACH_FILE: Final = int(os.environ.get("COMPTOIR_TEST_OF_EACH_FILE", "0"))
FEW: Final = int(os.environ.get("COMPTOIR_TEST_EXAMPLES", "0"))

# Properties are judged by what they find, not by how busy the machine is.
settings.register_profile("unhurried", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("few", settings.get_profile("unhurried"), max_examples=FEW or 1)
settings.load_profile("few" if FEW else "unhurried")


def examples(usual: int) -> int:
    """As many as a test of its own wants, or few."""
    return min(usual, FEW) if FEW else usual


def leave_out_others(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of each file keep so many tests, each with the first of its cases, where a look at every file is enough."""
    if not OF_EACH_FILE:
        return
    kept: dict[str, dict[str, pytest.Item]] = {}
    for item in items:
        of_file = kept.setdefault(item.nodeid.partition("::")[0], {})
        if len(of_file) < OF_EACH_FILE:
            of_file.setdefault(item.nodeid.partition("[")[0], item)
    chosen = {item.nodeid for of_file in kept.values() for item in of_file.values()}
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in chosen])
    items[:] = [item for item in items if item.nodeid in chosen]
