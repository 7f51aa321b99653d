"""What every connector owes, kept by R-Series."""

from collections.abc import Callable

import pytest

from comptoir.pos.conformance import CHECKS, Stage
from tests.connectors.lightspeed_r.stage import stage


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conformance(check: Callable[[Stage], None]) -> None:
    with stage() as made:
        check(made)
