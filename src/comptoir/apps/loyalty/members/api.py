"""`/v1/loyalty/members`: who they are, what they agreed to, their points, and how they leave."""

from datetime import datetime, timedelta
from heapq import nlargest
from typing import Annotated, Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from comptoir.apps.loyalty import idempotency, phones, reads, tries
from comptoir.apps.loyalty.members import consents, leaving, profile
from comptoir.apps.loyalty.members.consents import Channel, Source
from comptoir.apps.loyalty.members.schemas import (
    ConsentIn,
    ConsentOut,
    ConsentsOut,
    EntryOut,
    FormulaOut,
    Known,
    MemberChange,
    MemberIn,
    MemberOut,
    MembersOut,
    PointsOut,
    StopIn,
    StopOut,
)
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.persons import Consent
from comptoir.core.accounts.models import Store
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.api import Bearer, Problem, actor, allowed_organisations, amount, one_organisation, problem

router = Router(tags=["Loyalty"])
READ, WRITE = Bearer("loyalty.read"), Bearer("loyalty.write")
FAULTS = {401: Problem, 403: Problem, 404: Problem, 422: Problem, 429: Problem}
WRITES = FAULTS | {409: Problem}
Limit = Annotated[int, Query(ge=1, le=200)]
LOOKUPS: Final = 600
LOOKUPS_WINDOW: Final = timedelta(minutes=1)


@router.get("/loyalty/members", response={200: MembersOut, **FAULTS}, auth=READ)
def list_members(
    request: HttpRequest,
    organisation: str | None = None,
    phone: str | None = None,
    after: str | None = None,
    limit: Limit = 50,
) -> MembersOut:
    """Members, newest first. `phone` (international) finds one; `after` is `next` of the page before.

    At most 600 look-ups by number in a minute for one token (429).
    """
    before = parse_id("mem", after) if after else None
    number = _looked_up(request, phone) if phone else ""
    pages = [
        reads.members(each, phone=number, before=before, limit=limit + 1)
        for each in allowed_organisations(request, organisation)
    ]
    found = nlargest(limit + 1, (member for page in pages for member in page), key=lambda member: member.id)
    shown = found[:limit]
    following = shown[-1].public_id if len(found) > limit else None
    return MembersOut(data=_outs(shown), next=following)


@router.api_operation(["HEAD"], "/loyalty/members", auth=READ, include_in_schema=False)
def has_member(request: HttpRequest, phone: str, organisation: str | None = None) -> HttpResponse:
    """Whether somebody has this number: 200 or 404, counted like any other look-up."""
    number = _looked_up(request, phone)
    found = any(reads.members(each, phone=number, limit=1) for each in allowed_organisations(request, organisation))
    return HttpResponse(status=200 if found else 404)


@router.post("/loyalty/members", response={201: MemberOut, **WRITES}, auth=WRITE)
def create_member(request: HttpRequest, body: MemberIn, organisation: str | None = None) -> Any:
    """Enrol somebody. A number that is taken is a 409 `customer_exists`; `errors` names the member who has it."""
    _counted(request)
    owner = one_organisation(request, organisation)
    stores = Store.objects.filter(organisation_id=owner.id, id=parse_id("sto", body.store))
    store = stores.first()
    if store is None:
        raise _nothing_here()
    number = phones.parse(body.phone, country=body.country or store.country)

    def act() -> tuple[int, Any]:
        now, by = timezone.now(), actor(request)
        made = profile.create(
            organisation_id=owner.id, store_id=store.id, phone=number, actor=by, now=now, fields=_fields(body)
        )
        for each in body.consents:
            _record(made.organisation_id, made.id, each, by, now)
        return 201, _json(made.organisation_id, made.id)

    return _once(request, act)


@router.post("/loyalty/members/stop", response={200: StopOut, **WRITES}, auth=WRITE)
def stop(request: HttpRequest, body: StopIn, organisation: str | None = None) -> StopOut:
    """STOP by SMS: no more of them, at once and for all stores. The answer does not tell whether there is a member."""
    number = phones.parse(body.phone, country="")
    for each in allowed_organisations(request, organisation):
        consents.stop(organisation_id=each, phone=number, actor=actor(request), now=timezone.now(), at=body.at)
    return StopOut()


@router.get("/loyalty/members/{member_id}", response={200: MemberOut, **FAULTS}, auth=READ)
def get_member(request: HttpRequest, member_id: str) -> MemberOut:
    """One member by our id."""
    return as_out(_find(request, member_id))


@router.patch("/loyalty/members/{member_id}", response={200: MemberOut, **WRITES}, auth=WRITE)
def update_member(request: HttpRequest, member_id: str, body: MemberChange) -> Any:
    """Change what is given. Another member's number is a 409 `customer_exists`: two records become one by hand only."""
    found = _find(request, member_id)
    fields = _fields(body)
    if body.phone:
        fields["phone"] = phones.parse(body.phone, country=body.country)

    def act() -> tuple[int, Any]:
        profile.update(
            organisation_id=found.organisation_id,
            member_id=found.id,
            fields=fields,
            actor=actor(request),
            now=timezone.now(),
        )
        return 200, _json(found.organisation_id, found.id)

    return _once(request, act)


@router.delete("/loyalty/members/{member_id}", response={204: None, **WRITES}, auth=WRITE)
def erase_member(request: HttpRequest, member_id: str) -> Any:
    """Anonymise: who it was is gone for good, the figures stay. Deleting the figures too is done on a page."""
    found = _find(request, member_id)

    def act() -> tuple[int, Any]:
        leaving.anonymise(
            organisation_id=found.organisation_id, member_id=found.id, actor=actor(request), now=timezone.now()
        )
        return 204, None

    return _once(request, act)


@router.get("/loyalty/members/{member_id}/consents", response={200: ConsentsOut, **FAULTS}, auth=READ)
def list_consents(request: HttpRequest, member_id: str) -> ConsentsOut:
    """What this person agreed to and when: the proof."""
    return _consents(_find(request, member_id))


@router.post("/loyalty/members/{member_id}/consents", response={201: ConsentsOut, **WRITES}, auth=WRITE)
def add_consent(request: HttpRequest, member_id: str, body: ConsentIn) -> Any:
    """Record what this person said."""
    found = _find(request, member_id)

    def act() -> tuple[int, Any]:
        _record(found.organisation_id, found.id, body, actor(request), timezone.now())
        return 201, _consents(_find(request, member_id)).model_dump(mode="json")

    return _once(request, act)


@router.get("/loyalty/members/{member_id}/points", response={200: PointsOut, **FAULTS}, auth=READ)
def list_points(request: HttpRequest, member_id: str, after: str | None = None, limit: Limit = 50) -> PointsOut:
    """A member's balance and how it came about."""
    member = _find(request, member_id)
    before = parse_id("ent", after) if after else None
    found = reads.history(member.organisation_id, member_id=member.id, before=before, limit=limit + 1)
    shown = found[:limit]
    return PointsOut(
        balance=member.balance,
        data=[_entry(each) for each in shown],
        next=shown[-1].public_id if len(found) > limit else None,
    )


def as_out(member: reads.MemberFacts) -> MemberOut:
    """A member as the API shows it."""
    return _outs([member])[0]


def _outs(members: list[reads.MemberFacts]) -> list[MemberOut]:
    """One query for what is known of all of them; ids are unique beyond the organisation."""
    organisations = {each.organisation_id for each in members}
    rows = Member.objects.filter(organisation_id__in=organisations, id__in=[each.id for each in members])
    known = {row.id: row for row in rows}
    return [_out(each, known[each.id]) for each in members]


def _out(member: reads.MemberFacts, row: Member) -> MemberOut:
    names = ("first_name", "last_name", "email", "gender", "birthday", "tags", "source", "note", "receives_sms")
    return MemberOut(
        id=member.public_id,
        organisation=public_id("org", member.organisation_id),
        store=public_id("sto", row.store_id),
        phone=member.phone,
        points=member.balance,
        enrolled_at=member.enrolled_at,
        **{name: getattr(row, name) for name in names},
        sms_consent=row.sms_consent,
        email_consent=row.email_consent,
        paused=row.paused_at is not None,
        erased_at=row.erased_at,
        merged_into=None if row.merged_into is None else public_id("mem", row.merged_into),
    )


def _json(organisation_id: UUID, member_id: UUID) -> Any:
    found = reads.member(organisation_id, member_id)
    if found is None:
        raise _nothing_here()
    return as_out(found).model_dump(mode="json")


def _once(request: HttpRequest, act: Any) -> Any:
    """Under the caller's Idempotency-Key; a number that is taken is told with whose it is."""
    try:
        return idempotency.once(request, act, now=timezone.now())
    except profile.MemberExists as taken:
        errors = [{"at": "phone", "message": taken.for_owner, "member": taken.public_id}]
        return problem(request, status=409, code=taken.code, detail=taken.for_owner, errors=errors)


def _fields(body: Known) -> dict[str, Any]:
    """What the caller sent of what is known."""
    said = body.model_dump(exclude_unset=True)
    return {name: value for name, value in said.items() if name in Known.model_fields}


def _record(organisation_id: UUID, member_id: UUID, said: ConsentIn, by: str, now: datetime) -> None:
    consents.record(
        organisation_id=organisation_id,
        member_id=member_id,
        channel=Channel(said.channel),
        value=said.value,
        source=Source(said.source),
        actor=by,
        now=now,
        at=_aware(said.at),
        context=said.context,
    )


def _aware(at: datetime | None) -> datetime | None:
    """An instant without an offset could be anywhere."""
    if at is not None and at.tzinfo is None:
        raise RuleBroken("An instant needs its offset, such as Z.", code="validation", status=422)
    return at


def _consents(member: reads.MemberFacts) -> ConsentsOut:
    records = consents.records(member.organisation_id, member.id)
    said = {
        channel: consents.holds(
            consents.Said(each.value, each.at, each.source) for each in records if each.channel == channel
        )
        for channel in Channel
    }
    return ConsentsOut(sms=said[Channel.SMS], email=said[Channel.EMAIL], data=[_consent(each) for each in records])


def _consent(row: Consent) -> ConsentOut:
    names = ("channel", "value", "at", "recorded_at", "source", "wording", "context")
    return ConsentOut(id=row.public_id, **{name: getattr(row, name) for name in names})


def _looked_up(request: HttpRequest, phone: str) -> str:
    """A number as E.164, after the look-up was counted: whoever tries numbers is slowed down (loyalty.md E30)."""
    _counted(request)
    return phones.parse(phone, country="")


def _counted(request: HttpRequest) -> None:
    token = request.token  # type: ignore[attr-defined]  # put there by Bearer
    tries.count(f"look up {token.id}", limit=LOOKUPS, window=LOOKUPS_WINDOW, now=timezone.now())


def _find(request: HttpRequest, member_id: str) -> reads.MemberFacts:
    identifier = parse_id("mem", member_id)
    for each in allowed_organisations(request, None):
        if found := reads.member(each, identifier):
            return found
    raise _nothing_here()


def _nothing_here() -> RuleBroken:
    return RuleBroken("There is nothing here under this id.", code="not_found", status=404)


def _entry(entry: reads.EntryFacts) -> EntryOut:
    return EntryOut(
        id=entry.public_id,
        kind=entry.kind,
        points=entry.points,
        sale=entry.sale_public_id,
        formula=None if entry.formula is None else _formula(entry.formula),
        created_at=entry.created_at,
    )


def _formula(formula: reads.Formula) -> FormulaOut:
    return FormulaOut(
        programme_version=formula.rule.version,
        eligible=amount(formula.eligible),
        rate_points=formula.rule.rate_points,
        rate_amount=amount(formula.rate),
        minimum=amount(formula.minimum),
        rounding=formula.rule.rounding,
        target=formula.target,
    )
