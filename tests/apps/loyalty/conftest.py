"""A till at Le Zinc."""

import pytest

from tests.apps.loyalty.till import Till, till_of
from tests.people import People


@pytest.fixture
def till(people: People) -> Till:
    return till_of(people.le_zinc, people.bar)
