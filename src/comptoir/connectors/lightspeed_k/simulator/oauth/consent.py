"""The consent page: a restaurant's manager signs in, chooses the business, and approves or denies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from babel import negotiate_locale

from comptoir.connectors.lightspeed_k.simulator.oauth.words import (
    REFUSALS,
    SCOPES,
    WORDS,
)
from comptoir.pos.hosting import Response

LANGUAGES: Final = ("en", "fr")
HEADERS: Final = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}


@dataclass(frozen=True)
class Business:
    """A business somebody may give access to, who signs in for it, and its locations' names."""

    id: str
    name: str
    manager: str = ""
    locations: tuple[str, ...] = ()

    def with_location(self, name: str) -> "Business":
        """The same business with one more location."""
        return replace(self, locations=(*self.locations, name))


def language(accept_language: str) -> str:
    """The language of the browser's list that the page speaks, English when there is none."""
    preferred = [word.partition(";")[0].strip() for word in accept_language.split(",")]
    return negotiate_locale([word for word in preferred if word], LANGUAGES, sep="-") or LANGUAGES[0]


def page(
    businesses: Sequence[Business],
    scopes: Sequence[str],
    carried: Mapping[str, str],
    *,
    language: str,
) -> Response:
    """The page that asks for consent; `carried` are the request's own parameters, sent back with the decision."""
    words = WORDS[language]
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in carried.items()
    )
    choices = "".join(_choice(business, first=index == 0, words=words) for index, business in enumerate(businesses))
    asked = "".join(f"<li>{escape(SCOPES[language][scope])}</li>" for scope in scopes if scope in SCOPES[language])
    content = f"""<p class="lead">{escape(words["lead"])}</p>
<form method="post">{hidden}
<fieldset><legend>{escape(words["choose"])}</legend>{choices}</fieldset>
<h2>{escape(words["may"])}</h2><ul>{asked}</ul>
<div class="buttons"><button class="primary" name="decision" value="approve">{escape(words["approve"])}</button>
<button name="decision" value="deny" formnovalidate>{escape(words["deny"])}</button></div>
</form><p class="note">{escape(words["simulated"])}</p>"""
    return _html(words["title"], content, language=language)


def refusal(cause: str, *, language: str) -> Response:
    """A page that says why nobody is sent anywhere; `cause` is a key of REFUSALS."""
    words = WORDS[language]
    content = f'<p class="lead">{escape(REFUSALS[language][cause])}</p><p class="note">{escape(words["simulated"])}</p>'
    return _html(words["refused"], content, language=language, status=400)


def _choice(business: Business, *, first: bool, words: Mapping[str, str]) -> str:
    manager = words["manager"].format(name=business.manager) if business.manager else ""
    below = " · ".join(part for part in (manager, ", ".join(business.locations)) if part)
    checked = " checked" if first else ""
    return (
        f'<label><input type="radio" name="business_id" value="{escape(business.id)}" required{checked}>'
        f"<span><strong>{escape(business.name)}</strong><small>{escape(below)}</small></span></label>"
    )


def _html(title: str, content: str, *, language: str, status: int = 200) -> Response:
    """`content` is HTML already."""
    document = _template().substitute(title=escape(title), content=content, language=language)
    return Response(status, document.encode(), HEADERS)


@cache
def _template() -> Template:
    return Template(files(__package__).joinpath("templates", "consent.html").read_text(encoding="utf-8"))
