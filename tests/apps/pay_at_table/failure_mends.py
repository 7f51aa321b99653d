"""What a person does about money that is not on the till; Comptoir's page behind the mail's button is open."""

from collections.abc import Callable

from playwright.sync_api import expect

from comptoir.apps.pay_at_table.models import GuestPayment
from comptoir.core.connections.models import Connection
from comptoir.sandbox.till import Item
from tests.apps.pay_at_table.failure_causes import report_refund
from tests.apps.pay_at_table.failure_scene import Scene
from tests.connectors.lightspeed_k.simulator_shop import ZINC


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
    say_why(scene, payment, "paid twice", "Ask the provider to refund it")
    payment.refresh_from_db()
    assert (payment.refund_asked, payment.refund_asked_at is not None) == (payment.amount, True)
    report_refund(payment, scene.table)
    scene.page.goto(here)


def have_part_refunded(scene: Scene, payment: GuestPayment) -> None:
    """The rest goes to the till by itself once the provider says that it gave the other part back."""
    here = scene.page.url
    scene.sign_in()
    scene.page.get_by_role("link", name="Have it refunded").click()
    scene.page.get_by_label("Reason").fill("half of it was paid in cash")
    scene.press("Have €12.00 refunded, then enter €12.00")
    payment.refresh_from_db()
    assert (payment.refund_asked, scene.table.sent) == (1200, 0)
    report_refund(payment, scene.table, total=1200)
    scene.page.goto(here)


def enter_by_hand(scene: Scene, payment: GuestPayment) -> None:
    here = scene.page.url
    scene.sign_in()
    scene.page.get_by_role("link", name="I entered it on the till by hand").click()
    scene.page.get_by_label("Reason").fill("typed in at 21:04")
    scene.press("I entered it on the till by hand")
    scene.page.goto(here)


def book_the_refund(scene: Scene, payment: GuestPayment) -> None:
    here = scene.page.url
    scene.sign_in()
    scene.page.get_by_role("link", name="I booked the refund on the till").click()
    scene.page.get_by_label("Reason").fill("booked at 21:04")
    scene.press("I booked the refund on the till")
    scene.page.goto(here)


def say_why(scene: Scene, payment: GuestPayment, why: str, button: str) -> None:
    scene.sign_in()
    scene.page.goto(f"{scene.url}/pay-at-table/payments/{payment.public_id}")
    scene.page.get_by_label("Reason").fill(why)
    scene.press(button)


def reopen_and_press(scene: Scene, payment: GuestPayment) -> None:
    scene.table.vendor.world.reopen(ZINC, scene.table.bill, now=scene.table.now)
    scene.table.hear()
    scene.press()


def correct_the_line_and_press(scene: Scene, payment: GuestPayment) -> None:
    scene.table.correct(payment, amount=10)
    scene.table.pass_time(seconds=3)
    scene.press()


def just_press(scene: Scene, payment: GuestPayment) -> None:
    scene.press()


def add_to_the_plan_and_press(scene: Scene, payment: GuestPayment) -> None:
    here = scene.page.url
    scene.sign_in()
    scene.page.get_by_role("link", name="Open the integration").click()
    scene.press("Add to my plan: Monthly, €29.00")
    scene.page.goto(here)
    scene.press()


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
