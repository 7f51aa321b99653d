from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.check_out import CheckOut
from ...models.list_checks_status import ListChecksStatus
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    integration: str,
    *,
    table_number: str | Unset = "",
    public_table_code: str | Unset = "",
    status: ListChecksStatus | Unset = ListChecksStatus.OPEN,
    max_age: int | Unset = 15,
    if_none_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_none_match, Unset):
        headers["If-None-Match"] = if_none_match

    params: dict[str, Any] = {}

    params["table_number"] = table_number

    params["public_table_code"] = public_table_code

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status.value

    params["status"] = json_status

    params["max_age"] = max_age

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/integrations/{integration}/checks".format(
            integration=quote(str(integration), safe=""),
        ),
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | Problem | list[CheckOut] | None:
    if response.status_code == 200:
        response_200 = []
        _response_200 = response.json()
        for response_200_item_data in _response_200:
            response_200_item = CheckOut.from_dict(response_200_item_data)

            response_200.append(response_200_item)

        return response_200

    if response.status_code == 304:
        response_304 = cast(Any, None)
        return response_304

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
) -> Response[Any | Problem | list[CheckOut]]:
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
    table_number: str | Unset = "",
    public_table_code: str | Unset = "",
    status: ListChecksStatus | Unset = ListChecksStatus.OPEN,
    max_age: int | Unset = 15,
    if_none_match: str | Unset = UNSET,
) -> Response[Any | Problem | list[CheckOut]]:
    """List Checks

     Bills, by default every one that is not closed; a table may hold several, and the guest says which
    is theirs.

    They are read at the till when the last read is older than two seconds, so `max_age` is always kept,
    unless a bill
    says that it is `stale`.

    Args:
        integration (str):
        table_number (str | Unset):  Default: ''.
        public_table_code (str | Unset):  Default: ''.
        status (ListChecksStatus | Unset):  Default: ListChecksStatus.OPEN.
        max_age (int | Unset):  Default: 15.
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem | list[CheckOut]]
    """

    kwargs = _get_kwargs(
        integration=integration,
        table_number=table_number,
        public_table_code=public_table_code,
        status=status,
        max_age=max_age,
        if_none_match=if_none_match,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    integration: str,
    *,
    client: AuthenticatedClient,
    table_number: str | Unset = "",
    public_table_code: str | Unset = "",
    status: ListChecksStatus | Unset = ListChecksStatus.OPEN,
    max_age: int | Unset = 15,
    if_none_match: str | Unset = UNSET,
) -> Any | Problem | list[CheckOut] | None:
    """List Checks

     Bills, by default every one that is not closed; a table may hold several, and the guest says which
    is theirs.

    They are read at the till when the last read is older than two seconds, so `max_age` is always kept,
    unless a bill
    says that it is `stale`.

    Args:
        integration (str):
        table_number (str | Unset):  Default: ''.
        public_table_code (str | Unset):  Default: ''.
        status (ListChecksStatus | Unset):  Default: ListChecksStatus.OPEN.
        max_age (int | Unset):  Default: 15.
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem | list[CheckOut]
    """

    return sync_detailed(
        integration=integration,
        client=client,
        table_number=table_number,
        public_table_code=public_table_code,
        status=status,
        max_age=max_age,
        if_none_match=if_none_match,
    ).parsed


async def asyncio_detailed(
    integration: str,
    *,
    client: AuthenticatedClient,
    table_number: str | Unset = "",
    public_table_code: str | Unset = "",
    status: ListChecksStatus | Unset = ListChecksStatus.OPEN,
    max_age: int | Unset = 15,
    if_none_match: str | Unset = UNSET,
) -> Response[Any | Problem | list[CheckOut]]:
    """List Checks

     Bills, by default every one that is not closed; a table may hold several, and the guest says which
    is theirs.

    They are read at the till when the last read is older than two seconds, so `max_age` is always kept,
    unless a bill
    says that it is `stale`.

    Args:
        integration (str):
        table_number (str | Unset):  Default: ''.
        public_table_code (str | Unset):  Default: ''.
        status (ListChecksStatus | Unset):  Default: ListChecksStatus.OPEN.
        max_age (int | Unset):  Default: 15.
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem | list[CheckOut]]
    """

    kwargs = _get_kwargs(
        integration=integration,
        table_number=table_number,
        public_table_code=public_table_code,
        status=status,
        max_age=max_age,
        if_none_match=if_none_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    integration: str,
    *,
    client: AuthenticatedClient,
    table_number: str | Unset = "",
    public_table_code: str | Unset = "",
    status: ListChecksStatus | Unset = ListChecksStatus.OPEN,
    max_age: int | Unset = 15,
    if_none_match: str | Unset = UNSET,
) -> Any | Problem | list[CheckOut] | None:
    """List Checks

     Bills, by default every one that is not closed; a table may hold several, and the guest says which
    is theirs.

    They are read at the till when the last read is older than two seconds, so `max_age` is always kept,
    unless a bill
    says that it is `stale`.

    Args:
        integration (str):
        table_number (str | Unset):  Default: ''.
        public_table_code (str | Unset):  Default: ''.
        status (ListChecksStatus | Unset):  Default: ListChecksStatus.OPEN.
        max_age (int | Unset):  Default: 15.
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem | list[CheckOut]
    """

    return (
        await asyncio_detailed(
            integration=integration,
            client=client,
            table_number=table_number,
            public_table_code=public_table_code,
            status=status,
            max_age=max_age,
            if_none_match=if_none_match,
        )
    ).parsed
