"""What tablets ask the server, as JSON; they say who they are by a token of their own, never by a cookie."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from comptoir.apps.loyalty.devices import Tablet
from comptoir.apps.loyalty.tablets import asking, claiming, linking, pairing, spending, state
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id

View = Callable[[HttpRequest, Tablet, dict[str, Any]], dict[str, Any]]
LARGEST_BODY = 8_192
LONGEST_KEY = 64


def answers(view: Callable[[HttpRequest, dict[str, Any]], dict[str, Any]]) -> Callable[[HttpRequest], HttpResponse]:
    """A POST with a JSON object, answered with one; what a rule refuses is said with its code."""

    @csrf_exempt  # no cookie is looked at: there is nothing that a foreign page could ride on
    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        try:
            response = JsonResponse(view(request, _said(request)))
        except RuleBroken as refused:
            response = JsonResponse({"code": refused.code, "message": refused.for_owner}, status=refused.status)
        add_never_cache_headers(response)
        return response

    return answered


def of_tablet(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """As `answers`, for a tablet that is paired; any other hears 401 and blanks its screen (loyalty.md E27)."""

    @answers
    @wraps(view)
    def known(request: HttpRequest, said: dict[str, Any]) -> dict[str, Any]:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        tablet = pairing.tablet_of(token) if scheme == "Bearer" else None
        if tablet is None:
            raise RuleBroken(_("This tablet is not paired any more."), code="not_paired", status=401)
        return view(request, tablet, said)

    return known


@answers
def pair(request: HttpRequest, said: dict[str, Any]) -> dict[str, Any]:
    """A code becomes a token, shown this once."""
    now = timezone.now()
    tablet, token = pairing.pair(code=_text(said, "code", 20), address=_address(request), now=now)
    return {"token": token.reveal(), **state.state(tablet, now=now)}


@of_tablet
def tell(_request: HttpRequest, tablet: Tablet, said: dict[str, Any]) -> dict[str, Any]:
    """The tablet says how it is and hears what to show: heartbeat and state are one question."""
    now = timezone.now()
    if said:
        linking.heard(tablet, said=said, now=now)
    return {**state.state(tablet, now=now), "rule": state.rule(tablet, now=now)}


@of_tablet
def claim(_request: HttpRequest, tablet: Tablet, said: dict[str, Any]) -> dict[str, Any]:
    """A guest's number for an offer, under a key of the tablet's own."""
    key = _text(said, "key", LONGEST_KEY)
    offer_id = parse_id("off", _text(said, "offer", 40))
    now = timezone.now()
    answer = claiming.claim(tablet=tablet, key=key, offer_id=offer_id, phone=_text(said, "phone", 40), now=now)
    return {**answer, **spending.after(tablet=tablet, key=key)}


@of_tablet
def undo(_request: HttpRequest, tablet: Tablet, said: dict[str, Any]) -> dict[str, Any]:
    """Not the right number after all."""
    key, now = _text(said, "key", LONGEST_KEY), timezone.now()
    with transaction.atomic():
        asking.withdraw(tablet=tablet, key=key, now=now)
        claiming.undo(tablet=tablet, key=key, now=now)
    return {"undone": True}


@of_tablet
def consent(_request: HttpRequest, tablet: Tablet, said: dict[str, Any]) -> dict[str, Any]:
    """What a new member answers about SMS."""
    sms = said.get("sms")
    if not isinstance(sms, bool):
        raise RuleBroken("sms: true or false.", code="validation", status=422)
    asking.answered(tablet=tablet, key=_text(said, "key", LONGEST_KEY), sms=sms, now=timezone.now())
    return {"noted": True}


@of_tablet
def spend(_request: HttpRequest, tablet: Tablet, said: dict[str, Any]) -> dict[str, Any]:
    """A reward for the points that were just collected, used at once."""
    pin = _text(said, "pin", 4) if said.get("pin") else None
    return spending.spend(
        tablet=tablet,
        key=_text(said, "key", LONGEST_KEY),
        purchase=_text(said, "purchase", LONGEST_KEY),
        reward=_text(said, "reward", 40),
        pin=pin,
        now=timezone.now(),
    )


@of_tablet
def dismiss(_request: HttpRequest, tablet: Tablet, said: dict[str, Any]) -> dict[str, Any]:
    """The guest does not want to."""
    claiming.dismiss(tablet=tablet, offer_id=parse_id("off", _text(said, "offer", 40)), now=timezone.now())
    return {"dismissed": True}


def _said(request: HttpRequest) -> dict[str, Any]:
    """The object that was sent. Raises RuleBroken (405, 413, 422)."""
    if request.method != "POST":
        raise RuleBroken(_("Tablets ask by POST."), code="method_not_allowed", status=405)
    if len(request.body) > LARGEST_BODY:
        raise RuleBroken(_("This is too long."), code="too_large", status=413)
    try:
        said = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise RuleBroken(_("This is no JSON object."), code="validation", status=422)
    return said


def _text(said: dict[str, Any], name: str, longest: int) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value or len(value) > longest or "\0" in value:
        raise RuleBroken(f"{name}: a text of 1 to {longest} characters.", code="validation", status=422)
    return value


def _address(request: HttpRequest) -> str:
    """Who tries: behind the proxy that the settings speak of, the address that the proxy saw."""
    seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    behind_proxy = settings.SECURE_PROXY_SSL_HEADER is not None
    return (seen if behind_proxy and seen else request.META.get("REMOTE_ADDR", ""))[:64]
