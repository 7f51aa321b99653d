"""A report's table as a file of the kind that an address names."""

from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.utils.translation import gettext as _

from comptoir.apps.traffic.reports import tables
from comptoir.apps.traffic.reports.tables import Column, Row
from comptoir.kernel.errors import RuleBroken
from comptoir.web.spreadsheets import Form


def answer(name: str, kind: str, columns: Sequence[Column], rows: Iterable[Row], form: Form) -> HttpResponse:
    """The file, to be saved as `name` and its kind. Raises RuleBroken (404) for a kind of file there is not."""
    if kind not in tables.TYPES:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    response = HttpResponse(tables.file(kind, columns, rows, form), content_type=tables.TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response
