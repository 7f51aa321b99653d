"""Files of reports: what they are called, and a table as one of the kind that an address names."""

from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from comptoir.apps.traffic.pages.scope import Scope
from comptoir.apps.traffic.reports import tables
from comptoir.apps.traffic.reports.tables import Column, Row
from comptoir.kernel.errors import RuleBroken
from comptoir.web.spreadsheets import Form


def name_of(scope: Scope, usual: str) -> str:
    """`usual`, or the report's own title, and the days that it is about."""
    return f"{slugify(scope.title) or usual}-{scope.period.since}-{scope.period.until}"


def answer(
    name: str, kind: str, columns: Sequence[Column], rows: Iterable[Row], form: Form, *, title: str = ""
) -> HttpResponse:
    """The file, to be saved as `name` and its kind. Raises RuleBroken (404) for a kind of file there is not."""
    if kind not in tables.TYPES:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    made = tables.file(kind, columns, rows, form, title=title)
    response = HttpResponse(made, content_type=tables.TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response
