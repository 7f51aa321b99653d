"""What can be added: pay at table, for each till that takes payments from outside (pay-at-table.md 2.1, O2)."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import pricing, setting_up
from comptoir.apps.pay_at_table.plan_tables import Period
from comptoir.apps.pay_at_table.plans import TRIAL
from comptoir.apps.pay_at_table.setting_up import Place
from comptoir.kernel.money import Money
from comptoir.pos import registry
from comptoir.web import formats


@dataclass(frozen=True)
class Offer:
    """A point of sale whose tables can be paid from phones."""

    slug: str
    pos: str
    title: str
    does: tuple[str, ...]
    does_not: tuple[str, ...]
    needs: tuple[str, ...]

    def is_found_by(self, words: str) -> bool:
        """Whether each of these words stands somewhere in it, whatever their case."""
        text = " ".join((self.title, self.pos, *self.does)).casefold()
        return all(word in text for word in words.casefold().split())


def offers() -> list[Offer]:
    """One for each connector that can, by name."""
    able = [each.manifest for each in registry.connectors() if each.manifest.capabilities >= setting_up.NEEDED]
    return sorted((_offer(each.slug, each.name) for each in able), key=lambda each: each.title)


def offer(slug: str) -> Offer | None:
    """One of them."""
    return next((each for each in offers() if each.slug == slug), None)


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


def _offer(slug: str, pos: str) -> Offer:
    return Offer(
        slug=slug,
        pos=pos,
        title=_("Pay at table and ordering with %(pos)s") % {"pos": pos},
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
            _("A provider such as Qodeup, who gets the integration id."),
        ),
    )
