"""How much of a test is tried: less where the same code runs once more, on another PostgreSQL."""

import os
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

ONE_CASE: Final = bool(os.environ.get("COMPTOIR_TEST_ONE_CASE"))
FEW: Final = int(os.environ.get("COMPTOIR_TEST_EXAMPLES", "0"))

# Properties are judged by what they find, not by how busy the machine is.
settings.register_profile("unhurried", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("few", settings.get_profile("unhurried"), max_examples=FEW or 1)
settings.load_profile("few" if FEW else "unhurried")


def examples(usual: int) -> int:
    """As many as a test of its own wants, or few."""
    return min(usual, FEW) if FEW else usual


def leave_out_other_cases(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the first case of each test that has a table of them, where one is enough."""
    first = {item.nodeid.partition("[")[0]: item for item in reversed(items)}
    others = [item for item in items if first[item.nodeid.partition("[")[0]] is not item]
    if ONE_CASE and others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if first[item.nodeid.partition("[")[0]] is item]
