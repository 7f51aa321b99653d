"""Plain data that components draw: pages build these, templates hand them on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.functional import Promise

Text = str | Promise

Level = Literal["ok", "warn", "bad", "off", "info"]
"""Green, amber, red, grey (never seen), and neutral news."""


@dataclass(frozen=True)
class Status:
    """A status light: always a word, and where it helps since when and why."""

    level: Level
    word: Text
    since: datetime | None = None
    cause: Text = ""


@dataclass(frozen=True)
class Action:
    """A button. `method` "post" makes it a small form with the CSRF token."""

    label: Text
    url: str
    method: Literal["get", "post"] = "get"


@dataclass(frozen=True)
class Step:
    """One line of a live checklist: its state proven by a fact, the reason why it is not green, what moves it on."""

    title: Text
    state: Literal["done", "now", "waiting", "stuck"]
    fact: Text = ""
    at: datetime | None = None
    action: Action | None = None


@dataclass(frozen=True)
class Moment:
    """One entry of a timeline: what happened, when, by whom, and where it can be opened."""

    at: datetime
    title: Text
    detail: Text = ""
    who: Text = ""
    level: Level = "info"
    url: str = ""


@dataclass(frozen=True)
class Tab:
    """One tab; each is an address of its own, so it can be bookmarked and works without script."""

    label: Text
    url: str
    is_current: bool = False
    count: int | None = None
