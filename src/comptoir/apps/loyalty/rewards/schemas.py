"""What the calls about rewards take and give."""

from datetime import datetime

from ninja import Field, Schema


class ProductOut(Schema):
    """A product of a till that a reward stands for; those of one provider stand in their order."""

    provider: str
    sku: str


class RewardOut(Schema):
    """An item of the catalogue. `stores` is null where it is for all of them, `tags` where it is for every member.

    `takes_all`: the products of a provider are given together; else they are a choice. `affordable` is null unless the
    call names a member.
    """

    id: str
    organisation: str
    name: str
    description: str
    points: int
    stores: list[str] | None
    tags: list[str] | None
    takes_all: bool
    products: list[ProductOut]
    affordable: bool | None


class RewardsOut(Schema):
    """The catalogue, the cheapest first."""

    data: list[RewardOut]


class HeldOut(Schema):
    """A reward as a member bought it: a later price or name changes nothing.

    `state` is `available`, `locked`, `used`, `cancelled` or `expired`; `code` is what a cashier or a kiosk shows.
    """

    id: str
    organisation: str
    member: str
    reward: str
    code: str
    name: str
    points: int
    state: str
    bought_at: datetime
    expires_at: datetime
    locked_until: datetime | None
    used_at: datetime | None
    store: str | None
    sale: str | None


class HeldListOut(Schema):
    """A page of a member's rewards, newest first; `next` goes on behind it and is null on the last page."""

    data: list[HeldOut]
    next: str | None


class BuyIn(Schema):
    """Who buys, and where. `used` uses it in the same act, on `sale` where that is known."""

    member: str = Field(max_length=40)
    store: str = Field(max_length=40)
    used: bool = False
    sale: str | None = Field(None, max_length=40)
    pin: str | None = Field(None, max_length=4)


class DeviceIn(Schema):
    """Which of the caller's devices: a lock belongs to caller and device. `pin` is asked of members who have one."""

    device: str = Field("", max_length=36, pattern=r"^[\x20-\x7e]*$")
    pin: str | None = Field(None, max_length=4)


class UseIn(DeviceIn):
    """Where it is used, and on which sale if that is known."""

    store: str = Field(max_length=40)
    sale: str | None = Field(None, max_length=40)
