"""Everything about one person, to hand over: JSON and CSV (loyalty.md 1.9). And the list of members as a file."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from comptoir.apps.loyalty.holdings import HeldReward
from comptoir.apps.loyalty.members import consents, profile
from comptoir.apps.loyalty.members.finding import Person
from comptoir.apps.loyalty.models import Entry, Member, Offer
from comptoir.apps.loyalty.partner_tables import MemberAttribute
from comptoir.apps.loyalty.persons import Merge, Pass
from comptoir.kernel.ids import public_id
from comptoir.web.spreadsheets import MARK, line, plain

LIST: Final = (
    "id", "phone", "first_name", "last_name", "email", "gender", "birthday", "tags", "source", "enrolled_at",
    "last_visit", "visits", "points", "type", "sms_consent", "email_consent",
)  # fmt: skip


def everything(organisation_id: UUID, member_id: UUID) -> dict[str, Any]:
    """All that is kept of a member, in plain JSON values. The caller has looked whether there is one."""
    member = Member.objects.get(organisation_id=organisation_id, id=member_id)
    mine = {"organisation_id": organisation_id, "member_id": member_id}
    merges = Merge.objects.filter(Q(kept_id=member_id) | Q(absorbed_id=member_id), organisation_id=organisation_id)
    return {
        "member": {
            "id": member.public_id,
            **{name: plain(getattr(member, name)) for name in profile.FIELDS},
            "enrolled_at": plain(member.enrolled_at),
            "receives_sms": member.receives_sms,
            "sms_consent": member.sms_consent,
            "email_consent": member.email_consent,
            "paused_at": plain(member.paused_at),
            "erased_at": plain(member.erased_at),
        },
        "points": [_entry(row) for row in Entry.objects.filter(**mine).order_by("created_at", "id")],
        "passes": [
            _row(row, "code", "created_at", "ended_at")
            for row in Pass.objects.filter(organisation_id=organisation_id, member_id=member_id).order_by(
                "created_at", "pk"
            )
        ],
        "attributes": [
            _row(row, "name", "value", "updated_at") for row in MemberAttribute.objects.filter(**mine).order_by("name")
        ],
        "consents": [
            _row(row, "channel", "value", "at", "recorded_at", "source", "actor", "wording", "context")
            for row in reversed(consents.records(organisation_id, member_id))
        ],
        "sales": [
            _row(
                row, "receipt_number", "external_id", "closed_at", "currency", "total", "points", "state", "claimed_at"
            )
            | {"id": public_id("sal", row.sale_id), "store": public_id("sto", row.store_id)}
            for row in Offer.objects.filter(**mine).order_by("closed_at", "id")
        ],
        "rewards": [
            _row(row, "name", "points", "state", "bought_at", "valid_until", "used_at", "cancelled_at")
            for row in HeldReward.objects.filter(**mine).order_by("bought_at", "id")
        ],
        "changes": [
            _row(row, "at", "actor", "what", "before", "after", "undone_at")
            for row in reversed(profile.changes(organisation_id, member_id))
        ],
        "merges": [
            _row(row, "at", "actor", "points", "undone_at")
            | {"kept": public_id("mem", row.kept_id), "absorbed": public_id("mem", row.absorbed_id)}
            for row in merges.order_by("at", "pk")
        ],
    }


def archive(organisation_id: UUID, member_id: UUID) -> bytes:
    """A ZIP file: all of it as JSON, and each list of it as CSV."""
    known = everything(organisation_id, member_id)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archived:
        archived.writestr("member.json", json.dumps(known, ensure_ascii=False, indent=2))
        for name, rows in known.items():
            listed = rows if isinstance(rows, list) else [rows]
            archived.writestr(f"{name}.csv", MARK + "".join(_table(listed)))
    return held.getvalue()


def listed(people: Iterable[Person], *, phone: Any) -> Iterator[str]:
    """Members as CSV, a line at a time; `phone` says how a number is shown."""
    yield MARK + line(LIST)
    for each in people:
        known = {
            **each.__dict__,
            "id": each.public_id,
            "phone": phone(each.phone),
            "tags": ";".join(each.tags),
            "points": each.balance,
        }
        yield line([known[name] for name in LIST])


def _table(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    names = list(rows[0]) if rows else []
    yield line(names)
    for row in rows:
        yield line([row[name] for name in names])


def _entry(row: Entry) -> dict[str, Any]:
    said = _row(row, "kind", "points", "created_at", "actor", "eligible", "currency", "programme_version", "inputs")
    return said | {"id": row.public_id, "sale": None if row.sale_id is None else public_id("sal", row.sale_id)}


def _row(row: Any, *names: str) -> dict[str, Any]:
    return {name: plain(getattr(row, name)) for name in names}
