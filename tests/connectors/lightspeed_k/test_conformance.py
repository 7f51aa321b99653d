"""What every connector owes, kept by K-Series; a second connector brings a stage, and nothing else.

That mapping undoes the simulator for any generated sale is the property in `test_mapping_pair.py`.
"""

from collections.abc import Callable

import pytest

from comptoir.pos.conformance import CHECKS, Stage
from tests.connectors.lightspeed_k.stage import stage


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conformance(check: Callable[[Stage], None]) -> None:
    with stage() as made:
        check(made)
