"""The error tree, named by what to do next.

ComptoirError
├── VendorBusy(retry_at)      try later
├── VendorRefused             ask the owner to connect again
├── OutcomeUnknown            look before asking again
├── VendorUnreadable(path)    park and show
└── RuleBroken(code, status)  tell the caller

Anything else is a bug: log it, park the row, never swallow it.
"""

from datetime import datetime


class ComptoirError(Exception):
    """An error that somebody can act upon.

    `for_owner` is one sentence that says what happened and what to do; it never holds a secret.
    `for_log` adds the technical cause.
    """

    def __init__(self, for_owner: str, *, for_log: str = "") -> None:
        super().__init__(for_owner)
        self.for_owner = for_owner
        self.for_log = for_log or for_owner

    def __str__(self) -> str:
        return self.for_owner if self.for_log == self.for_owner else f"{self.for_owner} ({self.for_log})"


class VendorBusy(ComptoirError):
    """The vendor cannot answer now: limit reached, fault on its side, or no network.

    `retry_at` (UTC) is the instant the vendor named, if it named one.
    """

    def __init__(self, for_owner: str, *, for_log: str = "", retry_at: datetime | None = None) -> None:
        super().__init__(for_owner, for_log=for_log)
        self.retry_at = retry_at


class VendorRefused(ComptoirError):
    """The vendor refuses our credentials: only the owner can mend it by connecting again.

    `status` is what a call was answered (401, 403); None when it is the token endpoint that refuses.
    """

    def __init__(self, for_owner: str, *, for_log: str = "", status: int | None = None) -> None:
        super().__init__(for_owner, for_log=for_log)
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

    def __init__(self, for_owner: str, *, path: str, for_log: str = "") -> None:
        super().__init__(for_owner, for_log=for_log)
        self.path = path


class RuleBroken(ComptoirError):
    """The caller asked for what a rule forbids; `code` is stable, `status` is the HTTP status."""

    def __init__(self, for_owner: str, *, code: str, status: int = 409, for_log: str = "") -> None:
        super().__init__(for_owner, for_log=for_log)
        self.code = code
        self.status = status
