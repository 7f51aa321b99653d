"""Cells of tables of figures, drawn at once: a report of a year has thousands, and a template draws each for itself."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from comptoir.apps.traffic.pages.cells import Cell

register = template.Library()


@register.simple_tag
def cells(found: Iterable[Cell]) -> SafeString:
    """The cells of a row of a report: each figure with its change and its note."""
    return mark_safe("".join(map(_cell, found)))  # noqa: S308 (every part is escaped)


@lru_cache(maxsize=1000)
def _opened(label: str, is_key: bool) -> str:
    return f'<td class="right{"" if is_key else " wide-only"}" data-label="{escape(label)}">'


def _cell(cell: Cell) -> str:
    change = f'<br><span class="delta delta-{cell.trend}">{escape(cell.delta)}</span>' if cell.delta else ""
    note = f'<span class="cell-note small muted">{escape(cell.note)}</span>' if cell.note else ""
    return f"{_opened(str(cell.label), cell.is_key)}<span>{escape(cell.value)}{change}</span>{note}</td>"


@register.filter
def in_lines(text: str) -> SafeString:
    """A figure of a mail, and how it changed below it: side by side they are wider than a column of a phone."""
    return format_html_join(mark_safe(" <br />("), "{}", ((each,) for each in text.split(" (")))
