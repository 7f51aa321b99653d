"""What `/v1/loyalty/members` takes and gives."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, StrictBool

from comptoir.web.api import Amount

Text = Annotated[str, Field(max_length=254)]


class MemberOut(Schema):
    """A customer of the programme; `points` is the sum of their entries, `phone` is E.164.

    `sms_consent` and `email_consent` say whether advertising is allowed now; being a member is no consent.
    """

    id: str
    organisation: str
    store: str
    phone: str
    points: int
    enrolled_at: datetime
    first_name: str
    last_name: str
    email: str
    gender: str
    birthday: date | None
    tags: list[str]
    source: str
    note: str
    receives_sms: bool
    sms_consent: bool
    email_consent: bool
    paused: bool
    erased_at: datetime | None
    merged_into: str | None


class MembersOut(Schema):
    """A page of members, newest first; `next` goes on behind it and is null on the last page."""

    data: list[MemberOut]
    next: str | None


class Known(Schema):
    """What may be known of a member; a field that is left out stays as it is, null empties it."""

    model_config = ConfigDict(extra="forbid")

    first_name: Text | None = None
    last_name: Text | None = None
    email: Text | None = None
    gender: Literal["man", "woman", "undisclosed", "other"] | None = None
    birthday: date | None = None
    tags: list[Text] | None = None
    source: Text | None = None
    note: str | None = Field(None, max_length=2000)


class ConsentIn(Schema):
    """What a person said about advertising: `value` is a boolean, never a string.

    `source` says where they said it. A copied yes (`order`, `import`) needs `at`, the moment it was given, and never
    turns an explicit no back into a yes. `context` names the sale or the client it came with.
    """

    model_config = ConfigDict(extra="forbid")

    channel: Literal["sms", "email"]
    value: StrictBool
    source: Literal["tablet", "counter", "web", "pos", "stop", "unsubscribe", "order", "import"]
    at: datetime | None = None
    context: str = Field("", max_length=120)


class MemberIn(Known):
    """A new member. A national number is read with `country` (ISO 3166); the store is where they enrolled.

    Without `consents` there is none.
    """

    phone: str = Field(min_length=1, max_length=40)
    store: str
    country: str = Field("", max_length=2)
    consents: list[ConsentIn] = Field(default_factory=list, max_length=10)


class MemberChange(Known):
    """What is to change; `phone` moves the member to another number."""

    phone: str | None = Field(None, min_length=1, max_length=40)
    country: str = Field("", max_length=2)


class ConsentOut(Schema):
    """One record; they are added, never changed."""

    id: str
    channel: str
    value: bool
    at: datetime
    recorded_at: datetime
    source: str
    wording: str
    context: str


class ConsentsOut(Schema):
    """Whether there is consent now, and every record, the latest first."""

    sms: bool
    email: bool
    data: list[ConsentOut]


class StopIn(Schema):
    """Somebody answered STOP to an SMS, from this number (international)."""

    phone: str = Field(min_length=1, max_length=40)
    at: datetime | None = None


class StopOut(Schema):
    """The same whoever has the number, or nobody."""

    accepted: bool = True


class FormulaOut(Schema):
    """Why an entry has its number: `rate_points` for every `rate_amount` of `eligible`, from `minimum` on, rounded.

    `target` is what the sale was worth at that moment; `programme_version` the rule it was credited with.
    """

    programme_version: int
    eligible: Amount | None
    rate_points: int
    rate_amount: Amount | None
    minimum: Amount | None
    rounding: str
    target: int


class EntryOut(Schema):
    """A signed number of points and its reason; entries are added, never changed."""

    id: str
    kind: str
    points: int
    sale: str | None
    formula: FormulaOut | None
    created_at: datetime


class PointsOut(Schema):
    """A member's balance and a page of its entries, newest first."""

    balance: int
    data: list[EntryOut]
    next: str | None
