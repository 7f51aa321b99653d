"""Errors as pages show them: a title in words, what happened, and the technical cause one click below."""

from dataclasses import dataclass
from http import HTTPStatus

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.kernel.errors import ComptoirError, RuleBroken, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.web.said import in_words

TITLES: dict[type[ComptoirError], str | Promise] = {
    VendorBusy: _("The till’s maker does not answer right now"),
    VendorRefused: _("The till asks you to sign in again"),
    VendorUnreadable: _("The till sent something we cannot read"),
}


@dataclass(frozen=True)
class Fault:
    """One error, ready to be shown. `cause` is for whoever helps, and holds no secret."""

    title: str | Promise
    explanation: str
    cause: str
    status: int

    @classmethod
    def of(cls, error: ComptoirError) -> "Fault":
        """What a page says about this error."""
        if isinstance(error, RuleBroken):
            missing = error.status == HTTPStatus.NOT_FOUND
            refused = _("There is nothing here") if missing else _("This was not done")
            return cls(refused, in_words(error), f"{error.code}: {error.for_log}", error.status)
        known = (TITLES[kind] for kind in type(error).__mro__ if kind in TITLES)
        title: str | Promise = next(known, _("This did not work"))
        cause = f"{type(error).__name__}: {error.for_log}"
        if isinstance(error, VendorUnreadable):
            cause += f" ({error.path})"
        return cls(title, in_words(error), cause, int(HTTPStatus.BAD_GATEWAY))
