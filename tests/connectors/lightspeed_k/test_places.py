"""Businesses, tables, profiles, readiness, availability, discounts, items; methods, taxes, groups; registration."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from comptoir.connectors.lightspeed_k import catalogue
from comptoir.connectors.lightspeed_k.account import CAPABILITIES, KSeriesAccount
from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.kernel.errors import RuleBroken, VendorUnreadable
from comptoir.kernel.seal import Secret
from comptoir.pos.capabilities import PROTOCOLS, Capability
from comptoir.pos.connector import Vendor
from comptoir.pos.model import Named
from comptoir.pos.orders import NewsAddress
from comptoir.pos.places import AccountingGroup, Availability, Discount, OrderProfile, PaymentMethod, Table, TaxRate
from tests.answering import Answering, Asked, Told
from tests.connectors.lightspeed_k.kseries_bodies import encoded
from tests.connectors.lightspeed_k.test_checks import BISTRO
from tests.connectors.lightspeed_k.test_news import ORDER_API

BL = BISTRO.external_id


def test_the_manifest_promises_what_the_account_can(account: KSeriesAccount) -> None:
    promised: Vendor = account
    assert CONNECTOR.manifest.capabilities == CAPABILITIES
    assert set(PROTOCOLS) == set(Capability)
    for capability in CONNECTOR.manifest.capabilities:
        assert isinstance(promised, PROTOCOLS[capability]), capability
    assert CONNECTOR.manifest.calls_per_second == 5


def test_businesses(till: Answering, account: KSeriesAccount) -> None:
    till.will(
        Told(200, encoded([{"id": 4100, "name": "Bistro SA", "businessLocations": [{"id": 2**53, "name": "Bar"}]}]))
    )
    (business,) = account.businesses()
    assert (business.id, business.locations) == ("4100", (Named(id=str(2**53), name="Bar"),))
    assert till.asked[0].path == "/o/op/data/businesses"


# Floor plans


@pytest.mark.parametrize("body", [b"", b'{"status":404,"message":"none"}'])
def test_no_floor_plan_is_a_normal_state(till: Answering, account: KSeriesAccount, body: bytes) -> None:
    till.will(Told(404, body))
    assert account.floor_plans(BISTRO) == ()


def test_published_floor_plans(till: Answering, account: KSeriesAccount, recorded: Callable[[str], bytes]) -> None:
    till.will(Told(200, recorded("floorplans-from-field-examples")))
    (plan,) = account.floor_plans(BISTRO)
    assert (plan.id, plan.name) == ("141948669132976", "Terrace")
    table = Table(id="141948669132977", number="1", label="Table 1", reference="abcdefg123456", seats=4, active=True)
    assert plan.tables == (table,)


def test_tables_that_did_not_come_along_are_asked_for(till: Answering, account: KSeriesAccount) -> None:
    def answer(asked: Asked) -> Told:
        tables = [{"id": "7", "number": 12, "active": False}]
        return Told(200, encoded(tables if asked.path.endswith("/tables") else [{"id": 5, "name": "Salle"}]))

    till.will_ask(answer)
    assert account.floor_plans(BISTRO)[0].tables == (Table(id="7", number="12", active=False),)
    assert [asked.path for asked in till.asked] == [
        f"/o/op/data/{BL}/floorplans",
        f"/o/op/data/{BL}/floorplans/5/tables",
    ]


# What orders need


def test_order_profiles(till: Answering, account: KSeriesAccount) -> None:
    modes = ("NONE", "TAKE_AWAY", "DELIVERY", "DRONE", None)
    profiles = [{"id": at, "code": f"P{at}", "name": "", "deliveryMode": mode} for at, mode in enumerate(modes)]
    till.will(Told(200, encoded({"businessLocationId": int(BL), "accountProfileList": profiles})))
    found = account.order_profiles(BISTRO)
    assert [each.service_mode for each in found] == ["eat_in", "takeaway", "delivery", "unknown", "unknown"]
    assert found[0] == OrderProfile(id="0", code="P0", service_mode="eat_in")


def test_readiness(till: Answering, account: KSeriesAccount) -> None:
    body = {name: value for name, value in ORDER_API.items() if name not in ("type", "businessLocationId")}
    till.will(Told(200, encoded(body)))
    found = account.readiness(BISTRO)
    assert (found.ready, found.location_id) == (True, BL)
    assert (till.asked[0].path, till.asked[0].query) == ("/o/op/1/onlineOrderReadiness", {"businessLocationId": BL})


def test_availability_in_groups_and_pages(till: Answering, account: KSeriesAccount) -> None:
    def answer(asked: Asked) -> Told:
        first = asked.query["skus"].split(",")[0]
        data = [{"sku": f"{first}/{asked.query['page']}", "count": 0, "updatedAt": "2024-04-04T09:42:00Z"}]
        total = 2 if first == "0" else 1
        return Told(200, encoded({"data": data, "metadata": {"warnings": [], "totalPages": total}}))

    till.will_ask(answer)
    found = account.availability(BISTRO, [str(sku) for sku in range(60)])
    assert [each.sku for each in found] == ["0/0", "0/1", "50/0"]
    assert (found[0].count, found[0].sold_out) == (0, True)
    assert account.availability(BISTRO, []) == ()


def test_no_availability_is_known(till: Answering, account: KSeriesAccount) -> None:
    till.will(Told(200, encoded({"data": [], "metadata": {"totalPages": 99}})))
    assert account.availability(BISTRO, ["a"]) == ()
    till.will(Told(200, encoded({"data": [{"sku": "a", "count": None}]})))
    assert account.availability(BISTRO, ["a"]) == (Availability(location_id=BL, sku="a"),)


def test_discounts(till: Answering, account: KSeriesAccount) -> None:
    free, ten = {"name": "Free", "code": "FREE", "discountPercentage": 100.0}, {"code": "TEN", "discountAmount": 10.0}
    till.will(Told(200, encoded([free, ten])))
    assert account.discounts(BISTRO) == (
        Discount(code="FREE", name="Free", rate_ppm=1_000_000),
        Discount(code="TEN", amount=Decimal(10)),
    )


def test_menus(till: Answering, account: KSeriesAccount) -> None:
    till.will(Told(200, encoded([{"menuName": "Midi", "ikentooMenuId": 141948669132851}])))
    assert account.menus(BISTRO) == (Named(id="141948669132851", name="Midi"),)
    fondue = {"@type": "menuItem", "productName": "Fondue", "productPrice": "24.50", "sku": "FON"}
    inner = {"@type": "group", "id": "2", "name": "Cheese", "menuEntry": [fondue]}
    wine = {"@type": "menuItem", "productName": "Wine", "productPrice": 5.5, "sku": 19}
    groups = [{"@type": "group", "name": "Food", "menuEntry": [inner, {**fondue, "sku": "B"}]}, wine]
    till.will(Told(200, encoded({"menuName": "Midi", "ikentooMenuId": 7, "menuEntryGroups": groups})))
    found = account.menu(BISTRO, "7", order_profile="TOGO")
    assert found is not None
    assert [(each.group, each.sku, each.price) for each in found.items] == [
        ("Cheese", "FON", Decimal("24.5")),
        ("Food", "B", Decimal("24.5")),
        ("", "19", Decimal("5.5")),
    ]
    assert till.asked[-1].query == {"businessLocationId": BL, "accountProfile": "TOGO"}
    till.will(Told(404))
    assert account.menu(BISTRO, "8") is None


# Items


ITEM = {
    "id": 9,
    "name": "Fondue",
    "sku": "FON",
    "barcode": "761",
    "barcodes": ["761", 762],
    "accountingGroup": {"id": 1, "name": "Food"},
    "costPrice": 7.10,
    "prices": [{"name": "Midi", "amount": 24.5}],
}


@pytest.mark.parametrize("body", [[ITEM], ITEM])
def test_items_as_a_list_or_as_one_object(till: Answering, account: KSeriesAccount, body: Any) -> None:
    till.will(Told(200, b" \n" + encoded(body)))
    (item,) = account.items(BISTRO)
    assert (item.id, item.sku, item.category, item.barcodes) == ("9", "FON", "Food", ("761", "762"))
    assert (item.cost, item.prices) == (Decimal("7.1"), (("Midi", Decimal("24.5")),))


def test_items_page_by_page(till: Answering, account: KSeriesAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "PAGE_SIZE", 2)
    till.will(Told(200, encoded([ITEM, ITEM])), Told(200, b"[]"))
    assert len(list(account.items(BISTRO))) == 2
    assert [asked.query["offset"] for asked in till.asked] == ["0", "2"]


# Bookkeeping


def hal(name: str, *rows: dict[str, Any]) -> Told:
    return Told(200, encoded({"_embedded": {name: list(rows)}, "_links": {"self": {"href": "x"}}}))


def test_payment_methods_taxes_and_groups(till: Answering, account: KSeriesAccount) -> None:
    till.will(hal("paymentMethodList", {"name": "Twint", "code": "TWINT", "pmId": 2114502594134196}))
    assert account.payment_methods(BISTRO) == (PaymentMethod(id="2114502594134196", code="TWINT", name="Twint"),)
    till.will(hal("taxRateList", {"code": "T", "description": "VAT", "rate": 1.081, "taxIncluded": True}))
    assert account.tax_rates(BISTRO) == (TaxRate(code="T", rate_ppm=81_000, description="VAT", included=True),)
    group = {"accountingGroupId": 7, "name": "Food", "statisticGroup": '{"a":1}', "code": "F"}
    till.will(hal("accountingGroupList", group))
    assert account.accounting_groups(BISTRO) == (
        AccountingGroup(id="7", name="Food", code="F", statistic_group='{"a":1}'),
    )
    assert [asked.path for asked in till.asked] == [
        f"/f/finance/{BL}/{name}" for name in ("paymentMethods", "tax-rates", "accountingGroups")
    ]


@pytest.mark.parametrize("body", [{}, {"_embedded": None}, {"_embedded": {}}])
def test_empty_listings(till: Answering, account: KSeriesAccount, body: Any) -> None:
    till.will(Told(200, encoded(body)))
    assert (account.payment_methods(BISTRO), account.tax_rates(BISTRO)) == ((), ())
    assert account.accounting_groups(BISTRO) == ()


def test_a_rate_that_is_no_multiplier(till: Answering, account: KSeriesAccount) -> None:
    till.will(hal("taxRateList", {"code": "T", "rate": 0.2}))
    with pytest.raises(VendorUnreadable) as caught:
        account.tax_rates(BISTRO)
    assert caught.value.path == "$._embedded.taxRateList[0].rate"


# Registration of order and payment news


class Endpoints:
    """The vendor's side: PUT creates, POST updates and forgets what it is not told."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, Any]] = {}
        self.attached: set[str] = set()

    def answer(self, asked: Asked) -> Told:
        parts = asked.path.removeprefix("/o/wh/1/webhook").strip("/").split("/")
        if parts == [""]:
            body = json.loads(asked.body)
            assert (asked.method == "POST") == (body["endpointId"] in self.known)
            self.known[body["endpointId"]] = body
            return Told(200, asked.body)
        if len(parts) == 1 and asked.method == "DELETE":
            return Told(200) if self.known.pop(parts[0], None) else Told(404)
        if parts[0] not in self.known:
            return Told(404, b'{"message":"endpoint ID not found"}')
        if len(parts) == 3:
            (self.attached.add if asked.method == "PUT" else self.attached.remove)(parts[2])
            return Told(200)
        listed = [{"businessLocationId": int(each), "warnings": []} for each in sorted(self.attached)]
        return Told(200, encoded(self.known[parts[0]] if len(parts) == 1 else listed))


def test_an_address_is_created_updated_and_forgotten(till: Answering, account: KSeriesAccount) -> None:
    vendor = Endpoints()
    till.will_ask(vendor.answer)
    address = NewsAddress("comptoir-1", "https://a.example/h", "till", Secret("hush"))
    account.listen(address, [BISTRO])
    assert vendor.attached == {BL}
    assert vendor.known["comptoir-1"] == {
        "endpointId": "comptoir-1",
        "url": "https://a.example/h",
        "withBasicAuth": True,
        "username": "till",
        "password": "hush",
        "provideAccount": True,
        "expandTransactions": True,
        "expandPayments": True,
        "subscribeTo": [
            {"name": "DELIVERED", "resource": "order"},
            {"name": "SALES_RESTRICTION_UPDATED", "resource": "item"},
            {"name": "ONLINE_ORDER_READINESS", "resource": "order_api"},
        ],
    }
    assert "hush" not in repr(address)
    account.listen(NewsAddress("comptoir-1", "https://b.example/h"), [])
    assert vendor.attached == set()
    assert (vendor.known["comptoir-1"]["url"], vendor.known["comptoir-1"]["withBasicAuth"]) == (
        "https://b.example/h",
        False,
    )
    account.stop_listening("comptoir-1")
    account.stop_listening("comptoir-1")
    assert vendor.known == {}


def test_a_place_that_is_none(till: Answering, account: KSeriesAccount) -> None:
    till.will(Told(404))
    with pytest.raises(RuleBroken):
        account.show_message(BISTRO.__class__(**{**_fields(), "external_id": "x"}), "Hello")
    assert till.asked == []


def _fields() -> dict[str, str]:
    return {"name": "", "business_name": "", "currency": "CHF", "timezone": "UTC"}
