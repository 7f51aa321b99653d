"""The shops of the sandbox trade by themselves, do what visitors say, and find it again after a restart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from comptoir.connectors.lightspeed_r.simulator import OAuthClient
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import Request
from comptoir.sandbox.control.shops import ShopsPage
from comptoir.sandbox.shops import Shops

CLIENT = OAuthClient("client", Secret("secret"), "http://localhost:8000/connections/returned")
NOW = datetime(2026, 5, 20, 18, 0, tzinfo=UTC)


def opened(path: Path | None, now: datetime = NOW) -> Shops:
    shops = Shops(client=CLIENT, path=path, seed=7, now=now)
    shops.trade.advance(now)
    return shops


def a_sale(shops: Shops) -> int:
    return next(
        int(row["saleID"])
        for row in shops.books.all("Sale")
        if row["completed"] and not row["voided"] and row["calcTotal"] > 0
    )


def a_shift(shops: Shops) -> int:
    return next(int(row["employeeHoursID"]) for row in shops.books.all("EmployeeHours") if row["checkOut"])


def test_what_visitors_did_is_there_after_a_restart_and_so_are_consents(tmp_path: Path) -> None:
    path = tmp_path / "lightspeed_r.jsonl"
    first = opened(path)
    sale, shift = a_sale(first), a_shift(first)
    for place, (act, number) in enumerate([("void", sale), ("shorten", shift), ("sell", 0)]):
        first.act(act, {"number": number}, now=NOW + place * timedelta(minutes=1))
    pair = first.simulator.tokens.mint(first.books.account_id, ["employee:all"], now=NOW)

    later = NOW + timedelta(hours=2)
    second = opened(path, later)
    first.trade.advance(later)
    assert list(second.books.all("Sale")) == list(first.books.all("Sale"))
    assert list(second.books.all("EmployeeHours")) == list(first.books.all("EmployeeHours"))
    assert (second.books.get("Sale", sale) or {})["voided"]
    assert second.simulator.tokens.refresh(pair["refresh_token"], now=later) is not None


def test_what_is_not_there_cannot_be_done() -> None:
    shops = opened(None)
    sale = a_sale(shops)
    shops.act("void", {"number": sale}, now=NOW)
    for act, number in (("void", sale), ("refund", 999_999), ("shorten", 999_999), ("burn", 1)):
        with pytest.raises(RuleBroken):
            shops.act(act, {"number": number}, now=NOW)


def test_the_page_shows_a_day_and_its_buttons_work() -> None:
    shops = opened(None)
    page, sale = ShopsPage(shops), a_sale(shops)
    day = (shops.books.get("Sale", sale) or {})["createTime"].date().isoformat()
    shown = page.answer(Request("GET", "/shops", {"day": day}), NOW).body.decode()
    assert f"Void {sale}" in shown
    form = urlencode({"act": "void", "number": sale, "day": day}).encode()
    answer = page.answer(Request("POST", "/shops", body=form), NOW)
    assert (answer.status, answer.headers["location"]) == (303, f"/shops?day={day}")
    assert f"Void {sale}<" not in page.answer(Request("GET", "/shops", {"day": day}), NOW).body.decode()
    refused = page.answer(Request("POST", "/shops", body=form, headers={"accept-language": "fr"}), NOW)
    assert refused.status == 404
    assert "Il n’y a pas de telle vente" in refused.body.decode(), "said on the page, in the reader's language"
    assert "Ventes</h2>" in refused.body.decode()
