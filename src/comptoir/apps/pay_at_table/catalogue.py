"""What can be added: pay at table, for each till that takes payments from outside (pay-at-table.md 2.1, O2)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.apps.pay_at_table import pricing, setting_up
from comptoir.apps.pay_at_table.link_tables import ProviderKey
from comptoir.apps.pay_at_table.marks import Mark
from comptoir.apps.pay_at_table.offer_guides import GUIDES, GuideStep
from comptoir.apps.pay_at_table.plan_tables import Period
from comptoir.apps.pay_at_table.plans import TRIAL
from comptoir.apps.pay_at_table.setting_up import Place
from comptoir.kernel.money import Money
from comptoir.pos import registry
from comptoir.pos.capabilities import Capability
from comptoir.pos.connector import Manifest
from comptoir.web import formats


class Category(StrEnum):
    """What an integration is for; one may stand in several."""

    PAYMENTS = "payments"
    ORDERS = "orders"


CATEGORIES: Final[dict[str, Promise]] = {
    Category.PAYMENTS: gettext_lazy("Paying at the table"),
    Category.ORDERS: gettext_lazy("Ordering from the phone"),
}
OPENS: Final = {Category.PAYMENTS: Capability.PAYMENTS, Category.ORDERS: Capability.ORDERS}
"""What a till has to be able to, for its integration to stand in a category."""


@dataclass(frozen=True)
class Offer:
    """A point of sale whose tables can be paid from phones, and the provider whose phones those are ("": any)."""

    slug: str
    pos: str
    provider: str
    title: str
    categories: tuple[Category, ...]
    does: tuple[str, ...]
    does_not: tuple[str, ...]
    needs: tuple[str, ...]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Of both sides."""
        till = Mark(self.pos)
        return (till, Mark(self.provider or _("Your provider"), beside=till))

    @property
    def labels(self) -> list[Promise]:
        """What its categories are called."""
        return [CATEGORIES[each] for each in self.categories]

    @property
    def guide(self) -> tuple[GuideStep, ...]:
        """How it is set up, in order."""
        return GUIDES.get(self.slug, ())

    def is_found_by(self, words: str, category: str = "") -> bool:
        """Whether each of these words stands somewhere in it, whatever their case, and it is of that category."""
        text = " ".join((self.title, self.pos, *map(str, self.labels), *self.does)).casefold()
        is_there = not category or category in self.categories
        return is_there and all(word in text for word in words.casefold().split())


def offers() -> list[Offer]:
    """One for each connector that can and each provider that has a key here, by name."""
    able = [each.manifest for each in registry.connectors() if each.manifest.capabilities >= setting_up.NEEDED]
    known = ProviderKey.objects.filter(revoked_at=None).values_list("provider", flat=True).distinct()
    found = [_offer(each, provider) for each in able for provider in known or ("",)]
    return sorted(found, key=lambda each: each.title)


def offer(slug: str, provider: str = "") -> Offer | None:
    """One of a till's: that for this provider, or the first."""
    mine = [each for each in offers() if each.slug == slug]
    return next((each for each in mine if each.provider == provider), next(iter(mine), None))


def places(organisation_id: UUID, slug: str, *, store_ids: Collection[UUID] | None) -> list[Place]:
    """Those that have none yet, read from the till; some say why it cannot be added."""
    return setting_up.free_places(organisation_id, store_ids=store_ids, provider=slug)


def prices() -> dict[Period, Money]:
    """Of one integration, a month and a year."""
    return pricing.prices()


def trial_days() -> int:
    """How long it can be tried."""
    return TRIAL.days


def price_words() -> str:
    """Both prices in one line."""
    asked = pricing.prices()
    month, year = (formats.money(asked[each]) for each in (Period.MONTHLY, Period.YEARLY))
    return _("%(month)s a month or %(year)s a year for each place") % {"month": month, "year": year}


def _offer(vendor: Manifest, provider: str) -> Offer:
    pos, named = vendor.name, {"pos": vendor.name, "provider": provider}
    return Offer(
        slug=vendor.slug,
        pos=pos,
        provider=provider,
        title=(_("%(pos)s to %(provider)s") if provider else _("Pay at table and ordering with %(pos)s")) % named,
        categories=tuple(each for each, needed in OPENS.items() if needed in vendor.capabilities),
        does=(
            _("Guests see the bill of their table on their phone, split it, tip, and pay through your provider."),
            _("Each payment is entered on the till once, under the payment method you choose."),
            _("Orders from phones go to the kitchen; what is sold out cannot be ordered."),
            _("Whatever is not on the till is told by mail, with the button that mends it."),
        ),
        does_not=(
            _("It takes no cards: your provider takes the money and pays it out."),
            _("It changes no prices and no menus of the till."),
        ),
        needs=(
            _("A connected %(pos)s whose place feeds one of your stores.") % {"pos": pos},
            _("The Payment API and real-time notifications, which the maker of the till switches on."),
            _("A payment method for cards; another one for vouchers if you take them."),
            _("An account at %(provider)s, which gets the integration id.") % named
            if provider
            else _("A provider such as Qodeup, who gets the integration id."),
        ),
    )
