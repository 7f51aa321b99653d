"""What every connector owes, kept by X-Series in both shapes of its sales."""

from collections.abc import Callable

import pytest

from comptoir.pos.conformance import CHECKS, Stage
from tests.connectors.lightspeed_x.stage import stage


@pytest.mark.parametrize("version", ["2026-07", "2.0"])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conformance(check: Callable[[Stage], None], version: str) -> None:
    with stage(version) as made:
        check(made)
