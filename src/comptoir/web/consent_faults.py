"""Why a sign-in at a till came to nothing: kept for the page of this house that sent somebody there, and told on it.

A refusal leaves nothing half made: a connection that sees no shop is not kept. Words say what to do, and there is one
button that does it.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.core.connections.grants import NotAPartner
from comptoir.core.connections.models import Connection
from comptoir.kernel.errors import ComptoirError, VendorBusy, VendorRefused
from comptoir.pos import registry
from comptoir.web.shell import OrganisationRequest

KEY = "consent_fault"
FORBIDDEN = 403
INVALID_SCOPE = "invalid_scope"


class Cause(StrEnum):
    """What went wrong."""

    CANCELLED = "cancelled"
    REFUSED = "refused"
    BUSY = "busy"
    SELF_SERVICE = "self_service"
    FORBIDDEN = "forbidden"
    LOCKED = "locked"
    NO_SHOP = "no_shop"


WORDS: dict[Cause, tuple[Promise, Promise]] = {
    Cause.CANCELLED: (
        gettext_lazy("The sign-in at %(vendor)s was not allowed."),
        gettext_lazy(
            "Somebody pressed Cancel there, or may not allow it. Sign in with a user who administers the account, and"
            " allow what is asked."
        ),
    ),
    Cause.REFUSED: (
        gettext_lazy("%(vendor)s did not accept the sign-in."),
        gettext_lazy("The page may have stood open for too long. Connect once more, without waiting on the way."),
    ),
    Cause.BUSY: (
        gettext_lazy("%(vendor)s does not answer at the moment."),
        gettext_lazy("Nothing is wrong with your account. Try again in a minute."),
    ),
    Cause.SELF_SERVICE: (
        gettext_lazy("%(vendor)s does not give this installation what pay at table and orders need."),
        gettext_lazy(
            "Orders, payments at the table and notifications are for approved partner clients only, and the API client"
            " of this installation is a self-service one. Whoever runs it asks %(vendor)s for a partner’s client, or"
            " connects for closed sales alone, as the reference of settings says."
        ),
    ),
    Cause.FORBIDDEN: (
        gettext_lazy("This user may not see the shops of the account."),
        gettext_lazy(
            "The role of whoever signs in lacks a right. %(vendor)s must grant all of these: %(rights)s. Ask who"
            " administers the account to add it to the role, then connect again."
        ),
    ),
    Cause.LOCKED: (
        gettext_lazy("%(vendor)s takes back the sign-in it has just given."),
        gettext_lazy(
            "The account or the user seems to be locked. Sign in at %(vendor)s itself, where it says why; then connect"
            " again."
        ),
    ),
    Cause.NO_SHOP: (
        gettext_lazy("This user sees no shop of the account."),
        gettext_lazy("Sign in with a user who was given the shops, or take another account."),
    ),
}


@dataclass(frozen=True)
class Fault:
    """`provider` is what to connect again; `technical` is for whoever is asked for help."""

    cause: Cause
    provider: str
    technical: str = ""

    @property
    def headline(self) -> str:
        """What happened."""
        return str(WORDS[self.cause][0]) % self._values

    @property
    def remedy(self) -> str:
        """What to do."""
        return str(WORDS[self.cause][1]) % self._values

    @property
    def button(self) -> str:
        """The one thing to press."""
        return _("Connect %(vendor)s again") % self._values

    @property
    def _values(self) -> dict[str, str]:
        vendor = registry.connector(self.provider).manifest
        return {"vendor": vendor.name, "rights": ", ".join(vendor.scopes)}


def of_error(error: ComptoirError, provider: str, *, has_signed_in: bool) -> Fault:
    """What an error of the way means. `has_signed_in`: the vendor had given its consent."""
    if isinstance(error, VendorBusy):
        cause = Cause.BUSY
    elif isinstance(error, NotAPartner):
        cause = Cause.SELF_SERVICE
    elif not has_signed_in or not isinstance(error, VendorRefused):
        cause = Cause.REFUSED
    else:
        cause = Cause.FORBIDDEN if error.status == FORBIDDEN else Cause.LOCKED
    return Fault(cause, provider, error.for_log)


def of_refusal(word: str, provider: str) -> Fault:
    """What the consent page meant by its `error` (RFC 6749, 4.1.2.1): a person said no, or the client may not ask."""
    may_not_ask = word == INVALID_SCOPE and registry.connector(provider).manifest.partners_only
    return Fault(Cause.SELF_SERVICE if may_not_ask else Cause.CANCELLED, provider, word)


def send_back(request: OrganisationRequest, then: str, fault: Fault, connection: Connection | None) -> HttpResponse:
    """To the page that sent somebody off; `connection` is new, sees nothing, and is not kept."""
    if connection is not None:
        Connection.objects.filter(organisation=request.organisation, id=connection.id).delete()
    request.session[KEY] = {"then": then, **asdict(fault)}
    return redirect(then)


def told(request: OrganisationRequest, then: str) -> Fault | None:
    """The fault of the latest sign-in that began on this page, until the next one."""
    said = dict(request.session.get(KEY) or {})
    return Fault(Cause(said["cause"]), said["provider"], said["technical"]) if said.pop("then", None) == then else None


def forget(request: OrganisationRequest) -> None:
    """Somebody tries anew, or it went well."""
    request.session.pop(KEY, None)
