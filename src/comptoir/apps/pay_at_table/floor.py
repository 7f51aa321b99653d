"""The floor of a store: its plans and tables, kept for ten minutes; and what tables are called outside."""

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import Any, Final, cast

from comptoir.apps.pay_at_table import checks
from comptoir.apps.pay_at_table.models import Integration
from comptoir.apps.pay_at_table.provider_tables import TableCode, TillCopy
from comptoir.kernel.errors import OutcomeUnknown, RuleBroken, VendorBusy, VendorUnreadable
from comptoir.pos.capabilities import ReadsFloorPlans

KEPT: Final = timedelta(minutes=10)
FLOOR: Final = "floor_plans"
NONE: Final = "no_floor_plan"
LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH: Final = 10


def plans(integration: Integration, *, now: datetime) -> TillCopy:
    """The floor plans with their tables; an older copy is shown while the till cannot be asked."""
    kept = copy_of(integration, FLOOR)
    if kept is not None and now - kept.fetched_at < KEPT:
        return kept
    try:
        with checks.at_the_till(integration) as (vendor, location):
            found = cast(ReadsFloorPlans, vendor).floor_plans(location)
    except (VendorBusy, VendorUnreadable, OutcomeUnknown):
        if kept is None:
            raise
        return kept
    said = [
        {
            "id": plan.id,
            "name": plan.name,
            "tables": [
                {"id": each.id, "number": each.number, "label": each.label, "seats": each.seats, "active": each.active}
                for each in plan.tables
            ],
        }
        for plan in found
    ]
    _name(integration, [table["id"] for plan in said for table in cast(list[dict[str, Any]], plan["tables"])])
    return keep(integration, FLOOR, said, now=now)


def tables(integration: Integration, *, now: datetime) -> list[dict[str, Any]]:
    """Every table, with its plan and the code it has outside."""
    found = plans(integration, now=now).said
    codes = dict(
        TableCode.objects.filter(
            organisation_id=integration.organisation_id, integration_id=integration.id
        ).values_list("table_id", "code")
    )
    return [
        {**table, "floor_plan_id": plan["id"], "floor_plan": plan["name"], "code": codes.get(table["id"], "")}
        for plan in found
        for table in plan["tables"]
    ]


def table_behind(integration: Integration, code: str, *, now: datetime) -> dict[str, Any]:
    """The table of a public code. Raises RuleBroken `table_unknown`."""
    for table in tables(integration, now=now):
        if table["code"] == code:
            return table
    raise RuleBroken("There is no such table.", code="table_unknown", status=404)


def copy_of(integration: Integration, what: str) -> TillCopy | None:
    """What is kept under this name."""
    return TillCopy.objects.filter(
        organisation_id=integration.organisation_id, integration_id=integration.id, what=what
    ).first()


def keep(integration: Integration, what: str, said: Any, *, now: datetime) -> TillCopy:
    """Keep what the till said."""
    kept, _ = TillCopy.objects.update_or_create(
        organisation_id=integration.organisation_id,
        integration_id=integration.id,
        what=what,
        defaults={"said": said, "fetched_at": now},
    )
    return kept


def etag_of(shown: Any) -> str:
    """A tag that is the same as long as what is shown is."""
    text = json.dumps(shown, sort_keys=True, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'


def _name(integration: Integration, table_ids: list[str]) -> None:
    mine = {"organisation_id": integration.organisation_id, "integration_id": integration.id}
    known = set(TableCode.objects.filter(**mine).values_list("table_id", flat=True))
    TableCode.objects.bulk_create(
        [
            TableCode(**mine, table_id=each, code="".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)))
            for each in dict.fromkeys(table_ids)
            if each not in known
        ],
        ignore_conflicts=True,
    )
