"""Short confirmations in the corner, with an Undo where one exists."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest

from comptoir.kernel.errors import RuleBroken
from comptoir.web.parts import Level, Text
from comptoir.web.said import in_words

DJANGO_LEVELS: dict[Level, int] = {
    "ok": messages.SUCCESS,
    "info": messages.INFO,
    "off": messages.INFO,
    "warn": messages.WARNING,
    "bad": messages.ERROR,
}


def toast(request: HttpRequest, text: Text, *, level: Level = "ok", undo_url: str = "") -> None:
    """Show `text` on the next page. `undo_url` is posted to by the Undo button."""
    # Django's messages carry one free string beside the text: it is all the room the address needs.
    messages.add_message(request, DJANGO_LEVELS[level], str(text), extra_tags=undo_url)


@contextmanager
def refusals(request: HttpRequest, *, level: Level = "bad", raising: Collection[int] = (404,)) -> Iterator[None]:
    """What a rule forbids is said on the next page, and the view goes on; refusals of these statuses are its answer."""
    try:
        yield
    except RuleBroken as refused:
        if refused.status in raising:
            raise
        toast(request, in_words(refused), level=level)
