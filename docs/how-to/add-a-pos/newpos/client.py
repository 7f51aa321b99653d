"""The calls of the vendor's API, one method each; answers are schemas."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, TypeVar

import msgspec
from comptoir.connectors.newpos import schemas

from comptoir.kernel.budget import Priority
from comptoir.kernel.errors import VendorUnreadable
from comptoir.kernel.http import Api
from comptoir.kernel.pages import by_token

VENDOR: Final = "New POS"
PAGE_SIZE: Final = 100
Shape = TypeVar("Shape")


class Client:
    """The calls, for one account. All raise VendorBusy, VendorRefused, VendorUnreadable."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def places(self) -> list[schemas.Place]:
        """Every place of sale."""
        return decode(self._api.get("/places").body, schemas.PLACES)

    def bills(self, place_id: str, start: datetime, end: datetime, *, cursor: str) -> Iterator[schemas.Bills]:
        """Bills closed in a window, page by page."""
        asked = {"place": place_id, "from": start.isoformat(), "to": end.isoformat(), "size": str(PAGE_SIZE)}

        def load(place: str | None) -> schemas.Bills:
            params = {**asked, **({"cursor": place} if place else {})}
            return decode(self._api.get("/bills", params, priority=Priority.IMPORT).body, schemas.BILLS)

        return by_token(load, next_token=lambda page: page.next or None, start=cursor or None)


def decode(body: bytes, using: "msgspec.json.Decoder[Shape]") -> Shape:
    """Read a body. Raises VendorUnreadable with the path of the first fault."""
    try:
        return using.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        path = str(error).rpartition(" - at `")[2].rstrip("`") if " - at `" in str(error) else "$"
        raise VendorUnreadable("New POS sent something that Comptoir cannot read.", path=path) from error
