"""What guests may order: menus, what is sold out, and what a provider's items are called at the till."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, cast

from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import checks, floor
from comptoir.apps.pay_at_table.models import Integration
from comptoir.apps.pay_at_table.order_tables import ItemMapping
from comptoir.apps.pay_at_table.provider_tables import TillCopy
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import OutcomeUnknown, RuleBroken, VendorBusy, VendorUnreadable
from comptoir.pos.capabilities import ReadsAvailability, ReadsMenus

KEPT: Final = timedelta(minutes=10)
MENUS: Final = "menus"
LONGEST_SKU: Final = 25


def menus(integration: Integration, *, now: datetime) -> TillCopy:
    """Every menu with its items, at most ten minutes old, or as it was last while the till cannot be asked."""
    kept = floor.copy_of(integration, MENUS)
    if kept is not None and now - kept.fetched_at < KEPT:
        return kept
    try:
        with checks.at_the_till(integration) as (vendor, location):
            reader = cast(ReadsMenus, vendor)
            found = [reader.menu(location, each.id) for each in reader.menus(location)]
    except (VendorBusy, VendorUnreadable, OutcomeUnknown):
        if kept is None:
            raise
        return kept
    said = [
        {
            "id": menu.id,
            "name": menu.name,
            "items": [
                {
                    "sku": each.sku,
                    "name": each.name,
                    "group": each.group,
                    "price": None if each.price is None else str(each.price),
                }
                for each in menu.items
            ],
        }
        for menu in found
        if menu is not None
    ]
    return floor.keep(integration, MENUS, said, now=now)


def known_items(integration: Integration, *, now: datetime) -> dict[str, dict[str, Any]]:
    """What the menus name, by its code at the till."""
    return {item["sku"]: item for menu in menus(integration, now=now).said for item in menu["items"]}


def sold_out(integration: Integration, skus: Sequence[str]) -> dict[str, Decimal | None]:
    """How much is left of what has a limit, zero when sold out; asked now. Raises the vendor's errors."""
    if not skus:
        return {}
    with checks.at_the_till(integration) as (vendor, location):
        found = cast(ReadsAvailability, vendor).availability(location, list(skus))
    none = Decimal(0)
    return {each.sku: none if each.sold_out and each.count is None else each.count for each in found}


def mapping(integration: Integration) -> Mapping[str, str]:
    """The code at the till by the provider's; "" means that it is left out."""
    rows = ItemMapping.objects.filter(organisation_id=integration.organisation_id, integration_id=integration.id)
    return dict(rows.values_list("sku", "till_sku"))


def map_item(*, integration: Integration, sku: str, till_sku: str, actor: str, now: datetime) -> None:
    """From now on a provider's item is this one of the till, or (`till_sku` "") left out. Raises RuleBroken.

    Raises `invalid_sku` for what no menu of the till names, where the till can be asked.
    """
    if len(till_sku) > LONGEST_SKU or not sku:
        raise RuleBroken(_("This is no code of an item."), code="invalid_sku", status=422)
    if till_sku and till_sku not in known_items(integration, now=now):
        raise RuleBroken(_("No menu of the till names this item."), code="invalid_sku", status=422)
    ItemMapping.objects.update_or_create(
        organisation_id=integration.organisation_id,
        integration_id=integration.id,
        sku=sku,
        defaults={"till_sku": till_sku, "set_by": actor, "set_at": now},
    )
    note(
        organisation_id=integration.organisation_id,
        actor=actor,
        what="table.item_mapped",
        subject=f"{sku} → {till_sku or '-'}",
        now=now,
    )
