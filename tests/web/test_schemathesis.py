"""The OpenAPI document is a promise: whatever it allows is answered as it says, and what it forbids is refused.

Each operation is called over HTTP with made-up input, half of the time with ids of things that exist. DEEP=1 makes up
sixteen times as much.
"""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance
from ulid import ULID

from comptoir.core.accounts.tokens import SCOPES, create_token
from tests.people import People
from tests.servers import WebServer, web_server
from tests.tenants import World, build
from tests.web.tenant_rows import CALLS, PROVIDER_CALLS, SIGNED_CALLS

pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLES = 100 if os.environ.get("DEEP") else 6
SEED = 20260307
NOT_HERE = [positive_data_acceptance]
"""Rules go beyond what a schema can say, such as which addresses are called: a documented 422 is an answer too."""


@pytest.fixture
def world(people: People) -> World:
    return build(people)


@pytest.fixture
def server(world: World) -> Iterator[WebServer]:
    with web_server() as serving:
        yield serving


def calls(server: WebServer) -> list[Any]:
    document = schemathesis.openapi.from_url(f"{server.url}/v1/openapi.json")
    return [found.ok() for found in document.get_all_operations() if isinstance(found, Ok)]


def test_every_call_is_answered_as_the_document_says(server: WebServer, world: World) -> None:
    _, secret = create_token(name="anybody", scopes=SCOPES, organisations=[world.people.le_zinc], now=datetime.now(UTC))
    headers = {"Authorization": f"Bearer {secret.reveal()}"}
    operations = calls(server)
    assert {each.label for each in operations} == set(CALLS) | PROVIDER_CALLS | SIGNED_CALLS
    wrong = [fault for each in operations if (fault := trouble_with(each, headers, world.ids))]
    assert not wrong, "\n\n".join(wrong)


def trouble_with(
    operation: Any,
    headers: dict[str, str],
    ids: dict[str, str],
    known: Mapping[str, Any] | None = None,
    answered: set[int] | None = None,
    query: Mapping[str, Any] | None = None,
) -> str:
    """What an operation answered that it should not have; empty when all is well.

    `known` are fields of bodies whose values name things that exist, `query` what then is asked instead of anything;
    what was answered is added to `answered`. A call that names what exists repeats no other: its key is its own.
    """

    wrong = []
    for is_known in (True, False):

        @seed(SEED)
        @settings(
            max_examples=EXAMPLES // 2,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), names_what_exists=st.just(is_known))
        def ask(case: Any, names_what_exists: bool) -> None:
            if names_what_exists:
                case.path_parameters = {name: ids.get(name, value) for name, value in case.path_parameters.items()}
                if known and list(operation.body):
                    case.body = (case.body if isinstance(case.body, dict) else {}) | known
                    case.media_type = "application/json"
                if query is not None:
                    case.query = dict(query)
                if "Idempotency-Key" in (case.headers or {}):
                    case.headers["Idempotency-Key"] = str(ULID())
                    case.headers.pop("If-Match", None)
            response = case.call_and_validate(headers=headers, excluded_checks=NOT_HERE)
            if answered is not None:
                answered.add(response.status_code)

        try:
            ask()
        except BaseExceptionGroup as group:
            wrong += [str(each) for each in group.exceptions]
    return f"{operation.label}: " + "\n".join(wrong) if wrong else ""
