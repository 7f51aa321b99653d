"""Rows of the failure table as whoever reads a mail meets them: what causes each, what is done about it, its end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from comptoir.apps.pay_at_table import retrying
from comptoir.apps.pay_at_table.models import Attempt, GuestPayment, Integration, State
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.core.connections.models import Connection
from comptoir.pos.hosting import Response
from comptoir.pos.model import Payment
from comptoir.sandbox.postbox import Mail, Postbox
from comptoir.sandbox.till import Item
from tests.apps.pay_at_table.table import PAY, Table
from tests.connectors.lightspeed_k.simulator_shop import CARD, ZINC
from tests.people import People

TILL = "till@example.com"


@dataclass
class Scene:
    """A table, its mails, and whoever reads them."""

    table: Table
    postbox: Postbox
    people: People
    page: Page
    url: str

    def mail(self, to: str = TILL) -> Mail:
        [mail] = self.table.told(self.postbox, to)
        return mail

    def open(self, mail: Mail, button: str) -> None:
        """Open a mail, whose parts say the same, and press its button."""
        assert f"{button}:" in mail.text
        assert mail.text.index(mail.button) > mail.text.index(f"{button}:")
        self.page.set_content(mail.html)
        with self.page.context.expect_page() as opened:
            self.page.get_by_role("link", name=button, exact=True).click()
        self.page = opened.value
        self.page.wait_for_url(mail.button)

    def sign_in(self) -> None:
        """Alice takes the telephone."""
        cookies = self.people.client(self.people.alice).cookies.items()
        self.page.context.add_cookies([{"name": name, "value": each.value, "url": self.url} for name, each in cookies])

    def press(self, button: str = "Retry now") -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button, exact=True).click()

    def everything(self) -> list[Any]:
        """What opening a link must leave alone."""
        rows = GuestPayment.objects.order_by("id").values_list("state", "reason", "tries", "retried_at", "updated_at")
        attempts = Attempt.objects.order_by("payment_id", "number").values_list("reference", "outcome", "number")
        return [*rows, *attempts, self.table.sent]


# What keeps the money off the till.


def condition(*which: Condition, minutes: float = 0) -> Callable[[Table], GuestPayment]:
    def cause(table: Table) -> GuestPayment:
        table.vendor.conditions = set(which)
        payment = table.go_on(table.take(tip=200), rounds=1 if minutes else 6)
        table.pass_time(minutes=minutes)
        return payment

    return cause


def answers(answer: Response, *, at: str = "", rounds: int = 1) -> Callable[[Table], GuestPayment]:
    def cause(table: Table) -> GuestPayment:
        table.vendor.instead = lambda request, _: answer if at in request.path else None
        payment = table.go_on(table.take(), rounds=rounds)
        table.pass_time(minutes=2.1)
        return payment

    return cause


def paid_meanwhile(table: Table) -> GuestPayment:
    table.vendor.world.pay(ZINC, table.bill, Payment(amount=12, method=CARD), now=table.now)
    return table.go_on(table.take())


def closed_meanwhile(table: Table) -> GuestPayment:
    table.tell_of_bills()
    table.vendor.world.close(ZINC, table.bill, [CARD], now=table.now)
    table.hear()
    return table.go_on(table.take())


def unknown_bill(table: Table) -> GuestPayment:
    table.read()
    return table.go_on(table.take(check_id="A1.1"))


def consent_withdrawn(table: Table) -> GuestPayment:
    token = Response(400, b'{"error":"invalid_grant"}')
    refused = Response(401, b'{"error":"invalid_token"}')
    table.vendor.instead = lambda request, _: token if "/token" in request.path else refused
    payment = table.run(table.take())
    table.pass_time(seconds=121)
    return payment


def no_answer(table: Table) -> GuestPayment:
    table.at_pay(*["cut"] * 10)
    payment = table.run(table.take())
    table.pass_time(seconds=91)
    return payment


def reference_used(table: Table) -> GuestPayment:
    table.at_pay("lost", "lost")
    payment = table.take()
    for _ in range(3):
        table.run(payment)
    table.pass_time(seconds=91)
    return payment


def twice(table: Table) -> GuestPayment:
    payment = table.go_on(table.take(1000))
    twin = Payment(amount=10, method=CARD, external_reference=payment.applied_reference)
    table.vendor.world.pay(ZINC, table.bill, twin, now=table.now)
    table.pass_time(seconds=3)
    table.read()
    return payment


def other_currency(table: Table) -> GuestPayment:
    return table.go_on(table.take(currency="CHF"))


def refunded_only(table: Table) -> GuestPayment:
    payment = table.go_on(table.take(1000))
    report_refund(payment, table)
    return payment


def terminal(table: Table) -> GuestPayment:
    Integration.objects.update(card_method="LSPAY")
    table.integration.refresh_from_db()
    return table.go_on(table.take())


# What a person does about it; Comptoir's page is open.


def nothing(scene: Scene, payment: GuestPayment) -> None:
    """The page says how it goes on; whoever waits sees it."""


def put_right(scene: Scene, payment: GuestPayment) -> None:
    scene.table.vendor.conditions, scene.table.vendor.instead = set(), None


def put_right_and_press(scene: Scene, payment: GuestPayment) -> None:
    put_right(scene, payment)
    scene.press()
    expect(scene.page.get_by_text("It is being sent.")).to_be_visible()
    expect(scene.page.get_by_role("button", name="Retry now")).to_have_count(0)


def put_the_item_back_and_press(scene: Scene, payment: GuestPayment) -> None:
    scene.table.vendor.world.add(ZINC, scene.table.bill, [Item("ENTRECOTE")], now=scene.table.now)
    scene.press()


def choose_the_bill_and_press(scene: Scene, payment: GuestPayment) -> None:
    scene.page.locator(f"input[value='{scene.table.bill}']").check()
    scene.press()


def reconnect(scene: Scene, payment: GuestPayment) -> None:
    """The consent itself, at the vendor, is walked through in the tests of connections."""
    scene.sign_in()
    scene.page.get_by_role("link", name="Reconnect Lightspeed").click()
    expect(scene.page.get_by_role("button", name="Sign in to Lightspeed K-Series again")).to_be_visible()
    put_right(scene, payment)
    scene.table.vendor.connect(scene.people, connection=Connection.objects.get())
    scene.page.go_back()


def strike_out_and_press(scene: Scene, payment: GuestPayment) -> None:
    scene.table.strike_out(1)
    sent = scene.table.sent
    scene.press()
    scene.table.go_on(payment)
    assert scene.table.sent == sent, "the bill is read, nothing is sent"


def strike_out(scene: Scene, payment: GuestPayment) -> None:
    scene.table.strike_out(0)
    scene.table.pass_time(seconds=3)
    scene.table.read()


def have_it_refunded(scene: Scene, payment: GuestPayment) -> None:
    here = scene.page.url
    scene.sign_in()
    scene.page.goto(f"{scene.url}/pay-at-table/payments/{payment.public_id}")
    scene.page.get_by_label("Reason").fill("paid twice")
    scene.press("Ask the provider to refund it")
    payment.refresh_from_db()
    assert payment.refund_asked_at
    report_refund(payment, scene.table)
    scene.page.goto(here)


def choose_method(code: str) -> Callable[[Scene, GuestPayment], None]:
    def mend(scene: Scene, payment: GuestPayment) -> None:
        here = scene.page.url
        scene.sign_in()
        scene.page.get_by_role("link", name="Open the integration").click()
        scene.page.locator("select[name=card_method]").select_option(code)
        scene.press("Save")
        scene.page.goto(here)
        scene.press()

    return mend


def report_refund(payment: GuestPayment, table: Table) -> None:
    mine = {"organisation_id": payment.organisation_id, "payment_id": payment.id}
    retrying.refunded(**mine, actor="provider", refund_id="r-1", now=table.now)


@dataclass(frozen=True)
class Row:
    """`says`: words of the mail and of the page behind it; `ends`: what the page says when it is over."""

    cause: Callable[[Table], GuestPayment]
    says: str
    button: str
    mend: Callable[[Scene, GuestPayment], None]
    state: State = State.APPLIED


ROWS = {
    "t01": Row(condition(Condition.API_DISABLED), "Ask Lightspeed support", "Retry now", put_right_and_press),
    "t02": Row(condition(Condition.STAFF_INACTIVE), "Reactivate it", "Retry now", put_right_and_press),
    "t03": Row(
        condition(Condition.METHOD_REMOVED),
        "choose the payment method again",
        "Choose the payment method",
        choose_method("CASH"),
    ),
    "t04": Row(paid_meanwhile, "Remaining on the till: €12.00", "Retry now", put_the_item_back_and_press),
    "t05": Row(closed_meanwhile, "The table was closed", "Retry now", have_it_refunded, State.REFUNDED),
    "t06": Row(answers(Response(503)), "payments are kept", "See where it stands", put_right_and_press),
    "t07": Row(
        condition(Condition.TILL_OFFLINE, minutes=2.1), "Open the Lightspeed app", "Retry now", put_right_and_press
    ),
    "t08": Row(
        condition(Condition.SALES_PERIOD_CLOSED, minutes=2.1), "Open the sales period", "Retry now", put_right_and_press
    ),
    "t09": Row(unknown_bill, "no longer knows this bill", "Choose the bill", choose_the_bill_and_press),
    "t10": Row(consent_withdrawn, "All waiting payments go out", "Reconnect Lightspeed", reconnect),
    "t11": Row(no_answer, "Do not enter it by hand yet", "See where it stands", put_right),
    "t14": Row(twice, "Remove the second line", "Retry now", strike_out_and_press),
    "t15": Row(
        answers(Response(400, b'{"status":400,"message":"something odd"}'), at=PAY, rounds=12),
        "something odd",
        "Retry now",
        put_right_and_press,
    ),
    "t16": Row(
        answers(Response(429, b"{}", {"retry-after": "1"})), "Nothing to do", "See where it stands", put_right_and_press
    ),
    "t17": Row(reference_used, "Lightspeed has this payment already", "See where it stands", nothing),
    "t18": Row(other_currency, "in another currency", "Have it refunded", have_it_refunded, State.REFUNDED),
    "t22": Row(refunded_only, "Remove the line on the till", "See where it stands", strike_out, State.REFUNDED),
    "t23": Row(terminal, "card terminal", "Choose the payment method", choose_method("APM")),
}
