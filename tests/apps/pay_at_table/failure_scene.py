"""Whoever reads a mail about money: the mail server it came through, a telephone, what there is to see."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from comptoir.apps.pay_at_table import reconciling
from comptoir.apps.pay_at_table.models import Attempt, GuestPayment
from comptoir.core.health.causes import Cause
from comptoir.core.health.lights import health
from comptoir.sandbox.postbox import Mail, Postbox
from tests.apps.pay_at_table.table import Table
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

    def alarms(self) -> list[int]:
        """How many payments the dashboard calls money that is not on the till, by store."""
        found = health(self.table.integration.organisation_id, now=self.table.now).troubles
        return [each.count for each in found if each.cause is Cause.MONEY_NOT_ON_TILL]

    def reconciled(self, payment: GuestPayment) -> str:
        """What the day's report says of it, and that its sums explain all that was taken (P10)."""
        report = reconciling.make(self.table.integration, payment.business_date, now=self.table.now)
        for each in report.totals.values():
            stand = each["applied"] + each["settled_manually"] + each["refunded"] + each["open"]
            assert each["taken"] == stand, each
        return next(row["state"] for row in report.rows if row["payment"] == payment.public_id)
