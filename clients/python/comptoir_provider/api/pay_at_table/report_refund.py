from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.refund_in import RefundIn
from ...models.refund_out import RefundOut
from ...types import Response


def _get_kwargs(
    integration: str,
    payment: str,
    *,
    body: RefundIn,
    idempotency_key: str,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/integrations/{integration}/payments/{payment}/refunds".format(
            integration=quote(str(integration), safe=""),
            payment=quote(str(payment), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Problem | RefundOut | None:
    if response.status_code == 200:
        response_200 = RefundOut.from_dict(response.json())

        return response_200

    if response.status_code == 201:
        response_201 = RefundOut.from_dict(response.json())

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Problem | RefundOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    integration: str,
    payment: str,
    *,
    client: AuthenticatedClient,
    body: RefundIn,
    idempotency_key: str,
) -> Response[Problem | RefundOut]:
    """Report Refund

     Money went back to the guest, or is on its way.

    Args:
        integration (str):
        payment (str):
        idempotency_key (str):
        body (RefundIn): Money that goes back to the guest; `status` may be reported again as it
            moves on.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | RefundOut]
    """

    kwargs = _get_kwargs(
        integration=integration,
        payment=payment,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    integration: str,
    payment: str,
    *,
    client: AuthenticatedClient,
    body: RefundIn,
    idempotency_key: str,
) -> Problem | RefundOut | None:
    """Report Refund

     Money went back to the guest, or is on its way.

    Args:
        integration (str):
        payment (str):
        idempotency_key (str):
        body (RefundIn): Money that goes back to the guest; `status` may be reported again as it
            moves on.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | RefundOut
    """

    return sync_detailed(
        integration=integration,
        payment=payment,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    integration: str,
    payment: str,
    *,
    client: AuthenticatedClient,
    body: RefundIn,
    idempotency_key: str,
) -> Response[Problem | RefundOut]:
    """Report Refund

     Money went back to the guest, or is on its way.

    Args:
        integration (str):
        payment (str):
        idempotency_key (str):
        body (RefundIn): Money that goes back to the guest; `status` may be reported again as it
            moves on.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | RefundOut]
    """

    kwargs = _get_kwargs(
        integration=integration,
        payment=payment,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    integration: str,
    payment: str,
    *,
    client: AuthenticatedClient,
    body: RefundIn,
    idempotency_key: str,
) -> Problem | RefundOut | None:
    """Report Refund

     Money went back to the guest, or is on its way.

    Args:
        integration (str):
        payment (str):
        idempotency_key (str):
        body (RefundIn): Money that goes back to the guest; `status` may be reported again as it
            moves on.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | RefundOut
    """

    return (
        await asyncio_detailed(
            integration=integration,
            payment=payment,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
