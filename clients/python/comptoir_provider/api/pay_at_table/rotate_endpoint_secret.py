from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.new_endpoint_out import NewEndpointOut
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    integration: str,
    endpoint: str,
    *,
    idempotency_key: str,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/integrations/{integration}/webhook-endpoints/{endpoint}/rotate-secret".format(
            integration=quote(str(integration), safe=""),
            endpoint=quote(str(endpoint), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> NewEndpointOut | Problem | None:
    if response.status_code == 200:
        response_200 = NewEndpointOut.from_dict(response.json())

        return response_200

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


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[NewEndpointOut | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    integration: str,
    endpoint: str,
    *,
    client: AuthenticatedClient,
    idempotency_key: str,
) -> Response[NewEndpointOut | Problem]:
    """Rotate Endpoint Secret

     A new secret; for 24 hours messages carry a signature with the old one too.

    Args:
        integration (str):
        endpoint (str):
        idempotency_key (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[NewEndpointOut | Problem]
    """

    kwargs = _get_kwargs(
        integration=integration,
        endpoint=endpoint,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    integration: str,
    endpoint: str,
    *,
    client: AuthenticatedClient,
    idempotency_key: str,
) -> NewEndpointOut | Problem | None:
    """Rotate Endpoint Secret

     A new secret; for 24 hours messages carry a signature with the old one too.

    Args:
        integration (str):
        endpoint (str):
        idempotency_key (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        NewEndpointOut | Problem
    """

    return sync_detailed(
        integration=integration,
        endpoint=endpoint,
        client=client,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    integration: str,
    endpoint: str,
    *,
    client: AuthenticatedClient,
    idempotency_key: str,
) -> Response[NewEndpointOut | Problem]:
    """Rotate Endpoint Secret

     A new secret; for 24 hours messages carry a signature with the old one too.

    Args:
        integration (str):
        endpoint (str):
        idempotency_key (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[NewEndpointOut | Problem]
    """

    kwargs = _get_kwargs(
        integration=integration,
        endpoint=endpoint,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    integration: str,
    endpoint: str,
    *,
    client: AuthenticatedClient,
    idempotency_key: str,
) -> NewEndpointOut | Problem | None:
    """Rotate Endpoint Secret

     A new secret; for 24 hours messages carry a signature with the old one too.

    Args:
        integration (str):
        endpoint (str):
        idempotency_key (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        NewEndpointOut | Problem
    """

    return (
        await asyncio_detailed(
            integration=integration,
            endpoint=endpoint,
            client=client,
            idempotency_key=idempotency_key,
        )
    ).parsed
