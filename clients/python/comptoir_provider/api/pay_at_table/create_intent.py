from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.intent_in import IntentIn
from ...models.intent_out import IntentOut
from ...models.problem import Problem
from ...types import Response, Unset


def _get_kwargs(
    integration: str,
    check: str,
    *,
    body: IntentIn,
    if_match: str | Unset = "",
    idempotency_key: str,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_match, Unset):
        headers["if_match"] = if_match

    headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/integrations/{integration}/checks/{check}/payment-intents".format(
            integration=quote(str(integration), safe=""),
            check=quote(str(check), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> IntentOut | Problem | None:
    if response.status_code == 201:
        response_201 = IntentOut.from_dict(response.json())

        return response_201

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 402:
        response_402 = Problem.from_dict(response.json())

        return response_402

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())

        return response_404

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())

        return response_409

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = Problem.from_dict(response.json())

        return response_429

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[IntentOut | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    integration: str,
    check: str,
    *,
    client: AuthenticatedClient,
    body: IntentIn,
    if_match: str | Unset = "",
    idempotency_key: str,
) -> Response[IntentOut | Problem]:
    """Create Intent

     Hold a part of a bill before the guest is charged.

    Args:
        integration (str):
        check (str):
        if_match (str | Unset):  Default: ''.
        idempotency_key (str):
        body (IntentIn): A part to hold, in minor units; with `claims`, the amount may be left
            out.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[IntentOut | Problem]
    """

    kwargs = _get_kwargs(
        integration=integration,
        check=check,
        body=body,
        if_match=if_match,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    integration: str,
    check: str,
    *,
    client: AuthenticatedClient,
    body: IntentIn,
    if_match: str | Unset = "",
    idempotency_key: str,
) -> IntentOut | Problem | None:
    """Create Intent

     Hold a part of a bill before the guest is charged.

    Args:
        integration (str):
        check (str):
        if_match (str | Unset):  Default: ''.
        idempotency_key (str):
        body (IntentIn): A part to hold, in minor units; with `claims`, the amount may be left
            out.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        IntentOut | Problem
    """

    return sync_detailed(
        integration=integration,
        check=check,
        client=client,
        body=body,
        if_match=if_match,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    integration: str,
    check: str,
    *,
    client: AuthenticatedClient,
    body: IntentIn,
    if_match: str | Unset = "",
    idempotency_key: str,
) -> Response[IntentOut | Problem]:
    """Create Intent

     Hold a part of a bill before the guest is charged.

    Args:
        integration (str):
        check (str):
        if_match (str | Unset):  Default: ''.
        idempotency_key (str):
        body (IntentIn): A part to hold, in minor units; with `claims`, the amount may be left
            out.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[IntentOut | Problem]
    """

    kwargs = _get_kwargs(
        integration=integration,
        check=check,
        body=body,
        if_match=if_match,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    integration: str,
    check: str,
    *,
    client: AuthenticatedClient,
    body: IntentIn,
    if_match: str | Unset = "",
    idempotency_key: str,
) -> IntentOut | Problem | None:
    """Create Intent

     Hold a part of a bill before the guest is charged.

    Args:
        integration (str):
        check (str):
        if_match (str | Unset):  Default: ''.
        idempotency_key (str):
        body (IntentIn): A part to hold, in minor units; with `claims`, the amount may be left
            out.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        IntentOut | Problem
    """

    return (
        await asyncio_detailed(
            integration=integration,
            check=check,
            client=client,
            body=body,
            if_match=if_match,
            idempotency_key=idempotency_key,
        )
    ).parsed
