"""The error tree, named by what to do next.

ComptoirError
├── VendorBusy(retry_at)      try later
├── VendorRefused             ask the owner to connect again
├── OutcomeUnknown            look before asking again
├── VendorUnreadable(path)    park and show
└── RuleBroken(code, status)  tell the caller

Anything else is a bug: log it, park the row, never swallow it.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType


class ComptoirError(Exception):
    """An error that somebody can act upon.

    `for_owner` is one sentence that says what happened and what to do; it never holds a secret.
    `for_log` adds the technical cause. `names` fill a sentence's `%(name)s` places: kept beside the `sentence`, whoever
    shows it can say it in another language (`web.said.in_words`).
    """

    def __init__(self, sentence: str, *, for_log: str = "", names: Mapping[str, str] = MappingProxyType({})) -> None:
        self.sentence, self.names = sentence, names
        self.for_owner = sentence % names if names else sentence
        self.for_log = for_log or self.for_owner
        super().__init__(self.for_owner)

    def __str__(self) -> str:
        return self.for_owner if self.for_log == self.for_owner else f"{self.for_owner} ({self.for_log})"


class VendorBusy(ComptoirError):
    """The vendor cannot answer now: limit reached, fault on its side, or no network.

    `retry_at` (UTC) is the instant the vendor named, if it named one.
    """

    def __init__(
        self,
        sentence: str,
        *,
        for_log: str = "",
        retry_at: datetime | None = None,
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(sentence, for_log=for_log, names=names)
        self.retry_at = retry_at


class VendorRefused(ComptoirError):
    """The vendor refuses our credentials: only the owner can mend it by connecting again.

    `status` is what a call was answered (401, 403); None when it is the token endpoint that refuses.
    """

    def __init__(
        self,
        sentence: str,
        *,
        for_log: str = "",
        status: int | None = None,
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(sentence, for_log=for_log, names=names)
        self.status = status


class NotProvided(VendorRefused):
    """The vendor has no answer to this for such an account, whatever it is granted: not provided, which is not nought.

    `for_owner` says why.
    """

    def __init__(self, for_owner: str) -> None:
        super().__init__(for_owner, status=403)


class OutcomeUnknown(ComptoirError):
    """We asked the vendor to do something and no clear answer came: it may have been done.

    Never asked again blindly: first look whether it was done.
    """


class VendorUnreadable(ComptoirError):
    """A vendor's body does not match its sheet; `path` names the fault, such as `$.account.openDate`."""

    def __init__(
        self,
        sentence: str,
        *,
        path: str,
        for_log: str = "",
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(sentence, for_log=for_log, names=names)
        self.path = path


class RuleBroken(ComptoirError):
    """The caller asked for what a rule forbids; `code` is stable, `status` is the HTTP status."""

    def __init__(self, for_owner: str, *, code: str, status: int = 409, for_log: str = "") -> None:
        super().__init__(for_owner, for_log=for_log)
        self.code = code
        self.status = status
