"""6xpos at Le Zinc."""

import pytest

from tests.apps.loyalty.partner.pos import Pos, open_brand
from tests.people import People


@pytest.fixture
def pos(people: People) -> Pos:
    return open_brand(people.le_zinc, people.bar)
