"""The mails of pay at table, in the reader's language: what happened, what to do, the button (pay-at-table.md 4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import mail_stops, retry_links
from comptoir.apps.pay_at_table.day_tables import DayReport
from comptoir.apps.pay_at_table.days import store_of
from comptoir.apps.pay_at_table.failure_kinds import Act, Failure, Reader
from comptoir.apps.pay_at_table.failures import named
from comptoir.apps.pay_at_table.integrations import addresses_in
from comptoir.apps.pay_at_table.link_tables import Link, LinkState, ProviderKey
from comptoir.apps.pay_at_table.models import GuestPayment, Integration
from comptoir.apps.pay_at_table.order_failures import of_order
from comptoir.apps.pay_at_table.order_tables import Order
from comptoir.apps.pay_at_table.row_words import row_words
from comptoir.apps.pay_at_table.telling import location_name, tell_as
from comptoir.core.accounts.models import Membership
from comptoir.core.accounts.roles import Role
from comptoir.core.mail.send import send
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.money import Money
from comptoir.web import formats

DIGEST_SHOWS: Final = 20


@dataclass(frozen=True)
class To:
    """An address, its language, and whether it is one of the integration's (which may be stopped)."""

    address: str
    language: str
    is_own: bool = False


def addresses_of(integration: Integration) -> list[str]:
    """The addresses that were given for it, in order, each once."""
    return addresses_in(integration.emails)


def key_of(mail_id: UUID, address: str) -> str:
    """Under which a mail about money is kept in the mail room."""
    return f"table {mail_id} {address}"[:200]


def not_on_till(
    integration: Integration,
    payments: Sequence[GuestPayment],
    *,
    code: str,
    mail_id: UUID,
    now: datetime,
    to_owners: bool = False,
) -> None:
    """One mail to everybody it concerns, about one payment or several of one cause."""
    failure = named(code)
    everybody = owners(integration) if to_owners else readers(integration)
    if Reader.PROVIDER in failure.readers and not to_owners:
        everybody = [*everybody, *_contacts(integration)]
    one = payments[0] if len(payments) == 1 else None
    for reader in everybody:
        token = retry_links.make(
            integration=integration, now=now, payment_id=one.id if one else None, code="" if one else code
        )
        with translation.override(reader.language):
            context = _frame(integration, reader, now) | _about(integration, payments, code, now=now)
            context |= {"url": retry_links.url_of(token), "button": _button(failure.act, is_one=one is not None)}
            context["bounced"] = ", ".join(addresses_of(integration)) if to_owners else ""
        name = "not_on_till" if one else "several"
        _send(name, integration, reader, context, key=key_of(mail_id, reader.address), now=now)


def recovered(integration: Integration, payments: Sequence[GuestPayment], *, mail_id: UUID, now: datetime) -> None:
    """All of them are where they belong."""
    for reader in readers(integration):
        with translation.override(reader.language):
            context = _frame(integration, reader, now) | _sums(integration, payments)
            context["url"] = retry_links.list_url()
        _send("recovered", integration, reader, context, key=f"table over {mail_id} {reader.address}"[:200], now=now)


def bounced(integration: Integration, *, address: str, now: datetime) -> None:
    """An address of the integration does not work (T21): once a day to the owners."""
    key = f"table bounced {integration.id} {now.date()}"
    _word(
        integration, named("mail_bounced"), owners(integration), {"address": address}, key=f"{key} {address}", now=now
    )


def silent(integration: Integration, *, address: str, now: datetime) -> None:
    """The store trades, and the till's maker tells nothing of it (T20): once a day."""
    key = f"table silent {integration.id} {now.date()}"
    _word(integration, named("notifications_silent"), readers(integration), {"address": address}, key=key, now=now)


def plan_ends(integration: Integration, *, ends_at: datetime, is_over: bool, now: datetime) -> None:
    """Its subscription ends, or has ended (F13): once for each of the days on which that is told."""
    code = "plan_over" if is_over else "plan_ending"
    on = formats.day(ends_at.astimezone(ZoneInfo(store_of(integration).timezone)).date())
    key = f"table {code} {integration.id} {ends_at.date()} {now.date()}"
    _word(integration, named(code), owners(integration), {"on": on}, key=key, now=now)


def degraded(integration: Integration, *, code: str, now: datetime) -> None:
    """Something that was chosen is gone, and no guest has paid yet (T2, T3): once for each time it went."""
    key = f"table degraded {integration.id} {code} {integration.degraded_at}"
    _word(integration, named(code), readers(integration), {}, key=key, now=now)


def endpoint_failing(integration: Integration, *, said: str, occasion: str, now: datetime) -> None:
    """A provider's endpoint does not take its events (T19); `occasion` makes it one mail."""
    key = f"table endpoint {integration.id} {occasion}"
    _word(integration, named("provider_webhook_failing"), _contacts(integration), {"said": said}, key=key, now=now)


def day_differs(integration: Integration, report: DayReport, odd: Sequence[dict[str, Any]], *, now: datetime) -> None:
    """The till shows something else than was taken on a business day (3.5)."""
    for reader in readers(integration):
        with translation.override(reader.language):
            rows = [{**row, "words": row_words(row["state"])} for row in odd[:DIGEST_SHOWS]]
            for row in rows:
                row["shown"] = formats.money(Money(row["difference"], report.currency))
            context = _frame(integration, reader, now) | {
                "day": formats.day(report.business_date),
                "difference": formats.money(Money(report.difference, report.currency)),
                "rows": rows,
                "url": retry_links.reconciliation_url(integration, report.business_date),
            }
        key = f"table day {integration.id} {report.business_date} {report.difference} {reader.address}"
        _send("day", integration, reader, context, key=key[:200], now=now)


def order_in_trouble(
    integration: Integration, order: Order, *, code: str, said: str, occasion: str, now: datetime
) -> None:
    """An order is not in the kitchen, or not on paper there (T12, T13); `occasion` makes it one mail."""
    known = (order.guest.get(name) for name in ("first_name", "last_name", "phone"))
    about = {
        "items": [f"{each['quantity']} × {each['sku']}" for each in order.items],
        "table": order.table_number,
        "guest": " · ".join(str(each) for each in known if each),
        "url": retry_links.order_url(order),
    }
    key, failure = f"table order {occasion}", of_order(code)
    _word(integration, failure, readers(integration), {"said": said}, key=key, now=now, about=about)


def readers(integration: Integration) -> list[To]:
    """The addresses of the integration; where there is none, the owners of the organisation."""
    own = [To(each, integration.language, is_own=True) for each in addresses_of(integration)]
    return own or owners(integration)


def owners(integration: Integration) -> list[To]:
    """Everybody who may do everything there."""
    members = Membership.objects.filter(
        organisation_id=integration.organisation_id, role=Role.OWNER, user__is_active=True
    )
    return [
        To(each.user.email, each.user.language or integration.language)
        for each in members.select_related("user").order_by("id")
    ]


def _contacts(integration: Integration) -> list[To]:
    linked = Link.objects.filter(
        organisation_id=integration.organisation_id, integration_id=integration.id, state=LinkState.LINKED
    )
    keys = ProviderKey.objects.filter(id__in=linked.values("key_id")).exclude(contact="")
    return [To(each, "en") for each in sorted(set(keys.values_list("contact", flat=True)))]


def _frame(integration: Integration, reader: To, now: datetime) -> dict[str, Any]:
    """What every mail says beside its matter."""
    stop = mail_stops.url_of(integration, reader.address, now=now) if reader.is_own else ""
    return {
        "store": store_of(integration).name,
        "integration": integration.name,
        "address": reader.address,
        "is_own": reader.is_own,
        "stop_url": stop,
        "list_url": retry_links.list_url(),
        "settings_url": retry_links.integration_url(integration),
    }


def _about(integration: Integration, payments: Sequence[GuestPayment], code: str, *, now: datetime) -> dict[str, Any]:
    told = tell_as(code, payments[0])
    found = _sums(integration, payments) | {
        "code": code,
        "short": told.short,
        "happened": told.happened,
        "steps": told.steps,
        "said": told.said,
        "now": now,
    }
    if len(payments) == 1:
        found |= {"one": _facts(integration, payments[0]), "by_hand_url": retry_links.payment_url(payments[0])}
    return found


def _sums(integration: Integration, payments: Sequence[GuestPayment]) -> dict[str, Any]:
    currencies = sorted({each.currency for each in payments})
    sums = [Money(sum(each.at_stake for each in payments if each.currency == one), one) for one in currencies]
    return {
        "count": len(payments),
        "sum": " + ".join(formats.money(each) for each in sums),
        "rows": [_facts(integration, each) for each in payments[:DIGEST_SHOWS]],
    }


def _facts(integration: Integration, payment: GuestPayment) -> dict[str, str]:
    zone = ZoneInfo(store_of(integration).timezone)
    voucher = payment.method_kind == "voucher"
    return {
        "amount": formats.money(Money(payment.at_stake, payment.currency)),
        "tip": formats.money(Money(payment.tip, payment.currency)) if payment.tip else "",
        "table": payment.table_number,
        "check": payment.check_id,
        "at": formats.clock_time(payment.captured_at or payment.created_at, zone),
        "method": integration.voucher_method if voucher else integration.card_method,
        "reference": payment.provider_payment_id,
        "url": retry_links.payment_url(payment),
        "state": payment.state,
    }


def _button(act: Act, *, is_one: bool) -> str:
    words = {
        Act.RECONNECT: _("Reconnect Lightspeed"),
        Act.CHOOSE_METHOD: _("Choose the payment method"),
        Act.CHOOSE_CHECK: _("Choose the bill"),
        Act.REFUND: _("Have it refunded"),
        Act.ADD_TO_PLAN: _("Add it to the plan"),
        Act.WATCH: _("See where it stands"),
        Act.RETRY: _("Retry now"),
    }
    return words[act] if is_one else _("Retry all")


def _word(
    integration: Integration,
    failure: Failure,
    everybody: Iterable[To],
    places: dict[str, str],
    *,
    key: str,
    now: datetime,
    about: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """A mail about an integration, or one of its orders, rather than about a payment."""
    fill = {"store": store_of(integration).name, "location": location_name(integration.organisation_id, integration)}
    fill |= {"method": integration.card_method, "said": "", "address": "", "on": ""} | places
    for reader in everybody:
        with translation.override(reader.language):
            fill["cause"] = str(failure.short) % fill
            context = _frame(integration, reader, now) | {
                "short": fill["cause"],
                "happened": str(failure.happened) % fill,
                "steps": tuple(str(each) % fill for each in failure.steps),
                "url": retry_links.integration_url(integration),
                "button": _("Open the order") if about else _("Open the integration"),
                **about,
            }
            if failure.readers == {Reader.PROVIDER}:  # whose programmers may open nothing of the restaurant's
                context |= {"url": f"{settings.COMPTOIR_URL}/v1/docs", "button": _("Read the documentation of the API")}
        _send("word", integration, reader, context, key=f"{key} {reader.address}"[:200], now=now)


def _send(name: str, integration: Integration, reader: To, context: dict[str, Any], *, key: str, now: datetime) -> None:
    try:
        send(
            template=f"pay_at_table/mails/{name}",
            to=reader.address,
            language=reader.language,
            context=context,
            organisation_id=integration.organisation_id,
            now=now,
            key=key,
        )
    except RuleBroken:  # no address at all: owners hear of it as of one that bounces
        if reader.is_own and reader.address not in settings.COMPTOIR_MAIL_FROM:
            bounced(integration, address=reader.address, now=now)
