from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.guest_payment_out import GuestPaymentOut
from ...models.payment_in import PaymentIn
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    integration: str,
    check: str,
    *,
    body: PaymentIn,
    idempotency_key: str,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/integrations/{integration}/checks/{check}/payments".format(
            integration=quote(str(integration), safe=""),
            check=quote(str(check), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> GuestPaymentOut | Problem | None:
    if response.status_code == 200:
        response_200 = GuestPaymentOut.from_dict(response.json())

        return response_200

    if response.status_code == 201:
        response_201 = GuestPaymentOut.from_dict(response.json())

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


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[GuestPaymentOut | Problem]:
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
    body: PaymentIn,
    idempotency_key: str,
) -> Response[GuestPaymentOut | Problem]:
    """Report Payment

     Money was taken for this bill: never refused for what the till, the plan or a switch says.

    Args:
        integration (str):
        check (str):
        idempotency_key (str):
        body (PaymentIn): Money that was taken, in minor units, the tip beside. `group_id` joins a
            voucher and the card for the rest.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GuestPaymentOut | Problem]
    """

    kwargs = _get_kwargs(
        integration=integration,
        check=check,
        body=body,
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
    body: PaymentIn,
    idempotency_key: str,
) -> GuestPaymentOut | Problem | None:
    """Report Payment

     Money was taken for this bill: never refused for what the till, the plan or a switch says.

    Args:
        integration (str):
        check (str):
        idempotency_key (str):
        body (PaymentIn): Money that was taken, in minor units, the tip beside. `group_id` joins a
            voucher and the card for the rest.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GuestPaymentOut | Problem
    """

    return sync_detailed(
        integration=integration,
        check=check,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    integration: str,
    check: str,
    *,
    client: AuthenticatedClient,
    body: PaymentIn,
    idempotency_key: str,
) -> Response[GuestPaymentOut | Problem]:
    """Report Payment

     Money was taken for this bill: never refused for what the till, the plan or a switch says.

    Args:
        integration (str):
        check (str):
        idempotency_key (str):
        body (PaymentIn): Money that was taken, in minor units, the tip beside. `group_id` joins a
            voucher and the card for the rest.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GuestPaymentOut | Problem]
    """

    kwargs = _get_kwargs(
        integration=integration,
        check=check,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    integration: str,
    check: str,
    *,
    client: AuthenticatedClient,
    body: PaymentIn,
    idempotency_key: str,
) -> GuestPaymentOut | Problem | None:
    """Report Payment

     Money was taken for this bill: never refused for what the till, the plan or a switch says.

    Args:
        integration (str):
        check (str):
        idempotency_key (str):
        body (PaymentIn): Money that was taken, in minor units, the tip beside. `group_id` joins a
            voucher and the card for the rest.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GuestPaymentOut | Problem
    """

    return (
        await asyncio_detailed(
            integration=integration,
            check=check,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
