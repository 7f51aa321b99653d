"""What was done, and by whom: in an organisation for its owners and operators, to the installation for operators."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from comptoir.core.accounts import house, reads
from comptoir.core.accounts.models import HOUSE
from comptoir.core.audit import reads as audit
from comptoir.core.audit.notes import note
from comptoir.kernel.ids import parse_id
from comptoir.web.backstage import OperatorRequest, operators
from comptoir.web.pages import activity_words
from comptoir.web.pages.backoffice import organisation_of
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.spreadsheets import MARK, download, line

VIEW: Final = "activity.view"
COLUMNS: Final = ("at", "actor", "what", "subject", "details")
PAGE: Final = 200
EXPORTED: Final = "audit.exported"


@dataclass(frozen=True)
class Book:
    """Whose record is read, what its page says of it, and where it and the way back are."""

    organisation_id: UUID
    words: str
    export: str
    back_url: str
    back: str


@require_GET
@page(VIEW)
def mine(request: OrganisationRequest) -> HttpResponse:
    """An owner reads what was done in the organisation, by its people, by partners and by whoever runs Comptoir."""
    words = _("Who did what in %(name)s, the latest first.") % {"name": request.organisation.name}
    book = Book(request.organisation.id, words, reverse("activity_export"), reverse("settings"), _("Settings"))
    return _shown(request, book)


@require_GET
@page(VIEW)
def mine_export(request: OrganisationRequest) -> StreamingHttpResponse:
    """All of it, or what a search finds, as CSV; that it was taken is written down."""
    note(organisation_id=request.organisation.id, actor=f"user:{request.user.pk}", what=EXPORTED, now=timezone.now())
    return _sheet(request, request.organisation.id)


@require_GET
@operators
def of_merchant(request: OperatorRequest, merchant_id: str) -> HttpResponse:
    """What was done in an organisation, as its owners read it."""
    found = organisation_of(merchant_id)
    export = reverse("backoffice_activity_export", args=[found.public_id])
    back = reverse("backoffice_stores", args=[found.public_id])
    return _shown(request, Book(found.id, found.name, export, back, found.name))


@require_GET
@operators
def of_merchant_export(request: OperatorRequest, merchant_id: str) -> StreamingHttpResponse:
    """As `mine_export`, by an operator; the owners read that too."""
    found = organisation_of(merchant_id)
    note(organisation_id=found.id, actor=f"user:{request.user.pk}", what=EXPORTED, now=timezone.now())
    return _sheet(request, found.id)


@require_GET
@operators
def of_house(request: OperatorRequest) -> HttpResponse:
    """What operators did to the installation itself."""
    words = _("What operators did to the whole installation; what they did for one organisation stands there.")
    export = reverse("backoffice_house_activity_export")
    return _shown(request, Book(HOUSE, words, export, reverse("backoffice"), _("Back office")))


@require_GET
@operators
def of_house_export(request: OperatorRequest) -> StreamingHttpResponse:
    """As `mine_export`, of the installation."""
    house.note(actor=f"user:{request.user.pk}", what=EXPORTED, now=timezone.now())
    return _sheet(request, HOUSE)


def _shown(request: HttpRequest, book: Book) -> HttpResponse:
    search, before = request.GET.get("search", "").strip(), request.GET.get("before")
    rows = audit.activity(
        book.organisation_id,
        search=search,
        actors=reads.actors_named(book.organisation_id, search) if search else (),
        before=parse_id("not", before) if before else None,
        limit=PAGE,
    )
    names = reads.names_of(each.actor for each in rows)
    values = {
        "book": book,
        "rows": [
            (
                each,
                names.get(each.actor, each.actor),
                activity_words.word(each.what),
                activity_words.lines(each.details),
            )
            for each in rows
        ],
        "search": search,
        "older": rows[-1].public_id if len(rows) == PAGE else None,
    }
    return render(request, "web/activity.html", values)


def _sheet(request: HttpRequest, organisation_id: UUID) -> StreamingHttpResponse:
    search = request.GET.get("search", "").strip()
    return download("activity.csv", _lines(organisation_id, search))


def _lines(organisation_id: UUID, search: str) -> Iterator[str]:
    yield MARK + line(COLUMNS)
    actors = reads.actors_named(organisation_id, search) if search else ()
    for each in audit.every(organisation_id, search=search, actors=actors):
        yield line((each.at, each.actor, each.what, each.subject, json.dumps(each.details, ensure_ascii=False)))
