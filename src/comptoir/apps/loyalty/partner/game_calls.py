"""`/partner/v1/contest-games`: list, record a play; its prize is a held reward (loyalty.md 1.1)."""

from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from comptoir.apps.loyalty import idempotency
from comptoir.apps.loyalty.partner import people
from comptoir.apps.loyalty.partner.api import ErrorOut, Scope, caller, note_ignored, require_on, store_of
from comptoir.apps.loyalty.partner.reward_calls import Name, catalogue_item
from comptoir.apps.loyalty.partner_tables import ContestGame, ContestPlay
from comptoir.apps.loyalty.rewards import buying
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id

router = Router(tags=["Contest games"])
FAULTS = {400: ErrorOut, 401: ErrorOut, 403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut, 429: ErrorOut}
READ, CREATE, UPDATE = (Scope(f"contest-game.{each}") for each in ("read", "create", "update"))


class GameIn(Schema):
    """A game; its prize is an item of the catalogue."""

    name: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]+$")]
    reward_id: Name | None = None


class GameOut(Schema):
    """A game that can be played."""

    public_id: str
    name: str
    reward_id: str | None


class PlayIn(Schema):
    """Somebody played: `reference` is your own number of the play, and counts once."""

    customer: Name
    store_slug: Name
    reference: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]+$")]
    won: bool


class PlayOut(Schema):
    """A play, and the `hash` of the held reward that was won."""

    reference: str
    won: bool
    hash: str | None


@router.get("/contest-games", response={200: list[GameOut], **FAULTS}, auth=READ)
def list_games(request: HttpRequest) -> list[GameOut]:
    """The games that can be played."""
    rows = ContestGame.objects.filter(organisation_id=caller(request).organisation_id, is_active=True).order_by("id")
    return [_game(row) for row in rows]


@router.post("/contest-games", response={201: GameOut, **FAULTS}, auth=CREATE)
def create_game(request: HttpRequest, said: GameIn) -> Any:
    """A new game."""
    note_ignored(request, GameIn)
    found, now = caller(request), timezone.now()
    reward = catalogue_item(found.organisation_id, said.reward_id) if said.reward_id else None

    def act() -> tuple[int, Any]:
        made = ContestGame.objects.create(
            organisation_id=found.organisation_id,
            name=said.name,
            reward_id=reward.id if reward else None,
            created_at=now,
            created_by=found.actor,
        )
        return 201, _game(made).model_dump(mode="json")

    return idempotency.once(request, act, now=now)


@router.post("/contest-games/{game_id}/plays", response={200: PlayOut, 201: PlayOut, **FAULTS}, auth=UPDATE)
def record_play(request: HttpRequest, game_id: str, said: PlayIn) -> Any:
    """Record a play, once under its reference (then 200); the prize is theirs at no points."""
    note_ignored(request, PlayIn)
    found, now = caller(request), timezone.now()
    game = _find(found.organisation_id, game_id)
    store = store_of(found, said.store_slug, at="store_slug")
    require_on(found.organisation_id, store.id)
    member = people.by_public_id(found.organisation_id, said.customer)

    def act() -> tuple[int, Any]:
        # Of two at once the second waits here until the first one's prize is written.
        row, is_new = ContestPlay.objects.get_or_create(
            organisation_id=found.organisation_id,
            game_id=game.id,
            reference=said.reference,
            defaults={"member_id": member.id, "won": said.won, "at": now},
        )
        if is_new and row.won and game.reward_id is not None:
            prize = buying.win(
                organisation_id=found.organisation_id,
                member_id=row.member_id,
                reward_id=game.reward_id,
                store_id=store.id,
                actor=found.actor,
                now=now,
            )
            row.held_id = prize.id
            row.save(update_fields=["held_id"])
        won = buying.code_of(found.organisation_id, row.held_id) if row.held_id else None
        return 201 if is_new else 200, PlayOut(reference=row.reference, won=row.won, hash=won).model_dump()

    with transaction.atomic():
        return idempotency.once(request, act, now=now)


def _find(organisation_id: Any, game_id: str) -> ContestGame:
    identifier = parse_id("gam", game_id)
    row = ContestGame.objects.filter(organisation_id=organisation_id, id=identifier, is_active=True).first()
    if row is None:
        raise RuleBroken("There is no such game.", code="not_found", status=404)
    return row


def _game(row: ContestGame) -> GameOut:
    prize = None if row.reward_id is None else public_id("rew", row.reward_id)
    return GameOut(public_id=row.public_id, name=row.name, reward_id=prize)
