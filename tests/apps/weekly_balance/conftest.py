"""Le Zinc with a weekly balance."""

import pytest

from tests.apps.weekly_balance.house import House, house_of
from tests.people import People


@pytest.fixture
def house(people: People) -> House:
    return house_of(people)
