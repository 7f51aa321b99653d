"""A table at Le Zinc."""

from collections.abc import Iterator

import pytest

from tests.apps.pay_at_table.provider import Provider, linked, provider_of
from tests.apps.pay_at_table.table import Table, table_of
from tests.core.conftest import no_jobs as no_jobs
from tests.people import People


@pytest.fixture
def table(people: People, no_jobs: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    with table_of(people, monkeypatch) as made:
        yield made


@pytest.fixture
def stranger(table: Table) -> Provider:
    """A provider whom the merchant has not let in."""
    return provider_of(table.integration)


@pytest.fixture
def provider(stranger: Provider) -> Provider:
    return linked(stranger)
