"""Alerts in words: what happened, and what to do about it."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Words:
    """What happened, and what its reader can do."""

    what: str | Promise
    do: str | Promise


ALERTS: Final[dict[tuple[str, str], Words]] = {
    ("reward_conflict", "reward_already_used"): Words(
        _("A sale names a reward that was used before."),
        _("The bill stands, so the guest had it twice. Ask whoever was at the till; a reward shows when it is used."),
    ),
    ("reward_conflict", "reward_not_here"): Words(
        _("A sale names a reward of other stores."),
        _("The bill stands and the guest still holds the reward. Sell it in this store too, or tell the team."),
    ),
    ("reward_conflict", "reward_not_yours"): Words(
        _("A sale names a reward that its guest may not have."),
        _("The bill stands and the guest still holds the reward. See whether the member has the tag it is for."),
    ),
    ("reward_conflict", "reward_expired"): Words(
        _("A sale names a reward whose time is over."),
        _("The bill stands. Nothing to mend: the programme says how long rewards are good."),
    ),
    ("reward_conflict", "reward_cancelled"): Words(
        _("A sale names a reward that was cancelled."),
        _("The guest had it and has its points as well. Buy it for the guest and use it, if you want it settled."),
    ),
    ("reward_conflict", "reward_unknown"): Words(
        _("A sale names a reward that nobody holds."),
        _("The bill stands and no points were taken. Look which product or code was typed at the till."),
    ),
    ("reward_refunded", "reinstated"): Words(
        _("A sale that used a reward was refunded: the guest can use the reward again."),
        _("If the guest had eaten it, use the reward on the member's page."),
    ),
    ("reward_refunded", "kept"): Words(
        _("A sale that used a reward was refunded: the programme keeps the reward used."),
        _("Give the points back as a new reward, if the guest got nothing. The programme can do so by itself."),
    ),
    ("points_adjusted", ""): Words(
        _("A partner added points to a member."),
        _("The member's history says how many. Ask the partner, or let its token end under Settings, Partners."),
    ),
    ("possible_duplicate", ""): Words(
        _("Two tills told of what may be one sale."),
        _("Only the first one earns. Look at both; if the guest paid twice, say here that they are two sales."),
    ),
    ("order_conflict", ""): Words(
        _("A partner sent an order again with another amount."),
        _("The first amount stands and earned. Compare with the bill; the partner corrects an order by an update."),
    ),
    ("pin_blocked", ""): Words(
        _("Wrong PINs were typed three times five in a day for one member."),
        _("Ask the member. Whoever forgot the PIN gets a new one on the member's page; it lifts the block."),
    ),
}
UNKNOWN: Final = Words(_("Something went past a rule of its reward."), _("Look at the sale and at the member."))


def words(kind: str, reason: str) -> Words:
    """Never nothing."""
    return ALERTS.get((kind, reason), UNKNOWN)
