"""V1 and daily renderings of a made-up sale: the same sale as V2 tells it, in the older spellings."""

from decimal import Decimal
from typing import Any, Final

from tests.answering import Told
from tests.connectors.lightspeed_k.kseries_bodies import LOCATION_ID, Json, MadeSale, encoded, v2_sale

DOCUMENTED: Final = {"timeOfOpening": "timeofOpening", "timeClosed": "timeofCloseAndPaid", "timeOfSale": "timeofSale"}
RECORDED: Final = {"timeOfOpening": "timeOfOpening", "timeClosed": "timeOfCloseAndPaid", "timeOfSale": "timeOfSale"}
NEXT_DAY: Final = "2026-03-08T05:30:00+01:00"


def v1_sale(sale: MadeSale, *, spelling: dict[str, str] = RECORDED, **changed: Any) -> Json:
    """V1: other names for the instants, quantities without needless zeros, zone offsets, no rounding amounts."""
    said = {spelling.get(name, name): value for name, value in v2_sale(sale).items()}
    for line in said["salesLines"]:
        line["quantity"] = _plain(line["quantity"])
        line[spelling["timeOfSale"]] = line.pop("timeOfSale")
    for payment in said["payments"]:
        payment.pop("roundingAmount")
        payment["deviceId"] = int(payment["deviceId"])
    for name in (spelling["timeOfOpening"], spelling["timeClosed"]):
        said[name] = said[name].replace("Z", "+00:00")
    return {**said, **changed}


def history_page(*sales: Json, token: str | None = None, older: bool = False) -> Told:
    """A page of V1, its token in a link to another host; older bodies carry it on its own, empty on the last page."""
    body: Json = {"businessName": "Bistro SA", "businessLocationId": LOCATION_ID, "dataComplete": True}
    body |= {"nextStartOfDayAsIso8601": NEXT_DAY, "sales": list(sales)}
    if older:
        return Told(200, encoded({**body, "nextPageToken": token or ""}))
    links: Json = {"self": {"href": "https://api.ikentoo.com/x", "templated": False}}
    if token:
        href = f"https://api.ikentoo.com/f/finance/1/financials?pageSize=1000&nextPageToken={token}"
        links["nextPage"] = {"href": href, "templated": False}
    return Told(200, encoded({**body, "_links": links}))


def day(*sales: Json, complete: object = True) -> Told:
    """A business day, as both versions answer it."""
    return Told(200, encoded({"sales": list(sales), "nextStartOfDayAsIso8601": NEXT_DAY, "dataComplete": complete}))


def _plain(quantity: str) -> str:
    return f"{Decimal(quantity).normalize():f}"
