"""A device or a service that is asked for counts over HTTP, as the user its place names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.apps.traffic.arrivals.arrived import FeedFault
from comptoir.apps.traffic.feed_tables import CountFeed
from comptoir.core.connections.sealing import sealer
from comptoir.kernel import egress
from comptoir.kernel.errors import VendorBusy
from comptoir.kernel.seal import Secret

MOST_BYTES: Final = 2_000_000
STATUS_OK, UNAUTHORISED = 200, (401, 403)


@dataclass(frozen=True)
class Words:
    """What whoever looks after it is told: nothing answers, the login is refused, or another status came."""

    silent: Promise
    refused: Promise
    otherwise: Promise
    by_status: Mapping[int, Promise] = field(default_factory=dict)


DEVICE: Final = Words(
    silent=_("The device does not answer. Check its address."),
    refused=_("The device refuses this user or password."),
    otherwise=_("The device answers %(status)d: is it a people counter?"),
)


def asking(feed: CountFeed, *, words: Words = DEVICE, basic: bool = False) -> Callable[[str, str, bytes], bytes]:
    """What asks it: `ask(method, path, body)`. What is asked raises FeedFault in these words, EgressRefused."""
    secret = sealer().unseal(feed.secret) if feed.secret else Secret("")
    rules = egress.Rules.parse(settings.COMPTOIR_EGRESS_ALLOW)
    login = (str(feed.place["user"]), secret)

    def ask(method: str, path: str, body: bytes) -> bytes:
        url = str(feed.place["url"]).rstrip("/") + path
        try:
            answer = egress.ask(method, url, rules, login=login, body=body, longest=MOST_BYTES, basic=basic)
        except (VendorBusy, OSError) as error:
            raise FeedFault(str(words.silent), for_log=str(error)) from error
        if answer.status in UNAUTHORISED:
            raise FeedFault(str(words.refused))
        if answer.status != STATUS_OK:
            said = words.by_status.get(answer.status, words.otherwise)
            raise FeedFault(str(said) % {"status": answer.status}, for_log=f"{answer.status}: {answer.body[:200]!r}")
        return answer.body

    return ask
