"""What the tests of R-Series share."""

from collections.abc import Iterator

import pytest

from tests.connectors.lightspeed_r import desk


@pytest.fixture(scope="package", autouse=True)
def _closing() -> Iterator[None]:
    """The desks' server lives as long as there are desks."""
    yield
    desk.close()
