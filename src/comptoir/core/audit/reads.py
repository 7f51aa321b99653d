"""Questions about what was done; answers are plain data. Every question names its organisation."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from comptoir.core.audit.models import Note
from comptoir.kernel.ids import public_id

PAGE: Final = 50
EXPORT_BATCH: Final = 500


@dataclass(frozen=True)
class NoteFacts:
    """Who did what to what, and when."""

    id: UUID
    at: datetime
    actor: str
    what: str
    subject: str
    details: dict[str, Any]

    @property
    def public_id(self) -> str:
        """`not_…`"""
        return public_id("not", self.id)


def activity(
    organisation_id: UUID,
    *,
    what: str = "",
    search: str = "",
    actors: Collection[str] = (),
    before: UUID | None = None,
    limit: int = PAGE,
) -> list[NoteFacts]:
    """Newest first; `before` is the last id seen.

    `search` finds a part of the subject or of the code, or what one of `actors` did.
    """
    rows = Note.objects.filter(organisation_id=organisation_id)
    if what:
        rows = rows.filter(what=what)
    if search:
        rows = rows.filter(Q(subject__icontains=search) | Q(what__icontains=search) | Q(actor__in=actors))
    if before is not None:
        rows = rows.filter(id__lt=before)
    names = tuple(NoteFacts.__dataclass_fields__)
    return [NoteFacts(**values) for values in rows.order_by("-id").values(*names)[:limit]]


def every(organisation_id: UUID, **wanted: Any) -> Iterator[NoteFacts]:
    """All of them, newest first, a batch at a time."""
    before: UUID | None = None
    while True:
        batch = activity(organisation_id, **wanted, before=before, limit=EXPORT_BATCH)
        yield from batch
        if len(batch) < EXPORT_BATCH:
            return
        before = batch[-1].id
