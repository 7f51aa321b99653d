import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.reconciliation_out import ReconciliationOut
from ...types import UNSET, Response, Unset


def _get_kwargs(
    integration: str,
    *,
    business_date: datetime.date | None | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_business_date: None | str | Unset
    if isinstance(business_date, Unset):
        json_business_date = UNSET
    elif isinstance(business_date, datetime.date):
        json_business_date = business_date.isoformat()
    else:
        json_business_date = business_date
    params["business_date"] = json_business_date

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/integrations/{integration}/reconciliation".format(
            integration=quote(str(integration), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | ReconciliationOut | None:
    if response.status_code == 200:
        response_200 = ReconciliationOut.from_dict(response.json())

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
) -> Response[Problem | ReconciliationOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    integration: str,
    *,
    client: AuthenticatedClient,
    business_date: datetime.date | None | Unset = UNSET,
) -> Response[Problem | ReconciliationOut]:
    """Reconciliation

     The day's report; without a date, of the day that runs. Of a day that is over it is made half an
    hour later.

    Args:
        integration (str):
        business_date (datetime.date | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | ReconciliationOut]
    """

    kwargs = _get_kwargs(
        integration=integration,
        business_date=business_date,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    integration: str,
    *,
    client: AuthenticatedClient,
    business_date: datetime.date | None | Unset = UNSET,
) -> Problem | ReconciliationOut | None:
    """Reconciliation

     The day's report; without a date, of the day that runs. Of a day that is over it is made half an
    hour later.

    Args:
        integration (str):
        business_date (datetime.date | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | ReconciliationOut
    """

    return sync_detailed(
        integration=integration,
        client=client,
        business_date=business_date,
    ).parsed


async def asyncio_detailed(
    integration: str,
    *,
    client: AuthenticatedClient,
    business_date: datetime.date | None | Unset = UNSET,
) -> Response[Problem | ReconciliationOut]:
    """Reconciliation

     The day's report; without a date, of the day that runs. Of a day that is over it is made half an
    hour later.

    Args:
        integration (str):
        business_date (datetime.date | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | ReconciliationOut]
    """

    kwargs = _get_kwargs(
        integration=integration,
        business_date=business_date,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    integration: str,
    *,
    client: AuthenticatedClient,
    business_date: datetime.date | None | Unset = UNSET,
) -> Problem | ReconciliationOut | None:
    """Reconciliation

     The day's report; without a date, of the day that runs. Of a day that is over it is made half an
    hour later.

    Args:
        integration (str):
        business_date (datetime.date | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | ReconciliationOut
    """

    return (
        await asyncio_detailed(
            integration=integration,
            client=client,
            business_date=business_date,
        )
    ).parsed
