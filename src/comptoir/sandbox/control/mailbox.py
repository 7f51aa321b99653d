"""The mailbox page: what Comptoir wrote to the people of the demo, as they would read it."""

import re
from datetime import datetime
from importlib.resources import files
from typing import Final

from django.template import Context, Engine

from comptoir.pos.hosting import Request, Response
from comptoir.sandbox.postbox import Mail, Postbox

PATH: Final = re.compile(r"/mailbox(?:/(?P<number>\d{1,20})(?P<body>/body)?)?")
HEADERS: Final = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'none';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
}
# A mail is somebody else's page: it runs nothing, loads nothing, and its links open outside of its frame.
BODY_HEADERS: Final = HEADERS | {
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self';"
        " sandbox allow-popups allow-popups-to-escape-sandbox"
    ),
}
LINKS_LEAVE_THE_FRAME: Final = '<base target="_blank">'


class Mailbox:
    """Draws the list and each mail."""

    def __init__(self, postbox: Postbox) -> None:
        self._postbox = postbox
        self._engine = Engine(dirs=[str(files(__package__).joinpath("templates"))])

    def answer(self, request: Request) -> Response:
        """The list, one mail, or its HTML alone."""
        match = PATH.fullmatch(request.path)
        if match is None or request.method not in ("GET", "HEAD"):
            return _nothing()
        mails = {str(number_of(each)): each for each in self._postbox.messages()}
        if match["number"] is None:
            rows = [(number, each, _words_for(each.at)) for number, each in reversed(mails.items())]
            count = "1 mail" if len(rows) == 1 else f"{len(rows)} mails"
            return self._draw("mailbox.html", {"rows": rows, "count": count})
        mail = mails.get(match["number"])
        if mail is None:
            return _nothing()
        if match["body"]:
            return Response(200, (LINKS_LEAVE_THE_FRAME + mail.drawn).encode(), BODY_HEADERS)
        return self._draw("mail.html", {"mail": mail, "number": match["number"], "at": _words_for(mail.at)})

    def _draw(self, template: str, values: dict[str, object]) -> Response:
        drawn = self._engine.get_template(template).render(Context(values, use_l10n=False, use_tz=False))
        return Response(200, drawn.encode(), HEADERS)


def number_of(mail: Mail) -> int:
    """A name that stays while others come and go: when it arrived, in microseconds."""
    return round(mail.at.timestamp() * 1_000_000)


def _words_for(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _nothing() -> Response:
    return Response(404, b"There is no such mail.", {"content-type": "text/plain"})
