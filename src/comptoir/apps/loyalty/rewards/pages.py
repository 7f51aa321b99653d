"""The rewards: what guests can buy with their points, as which product of the till, and what went past a rule."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptoir.apps.loyalty import reads
from comptoir.apps.loyalty.phones import phone_of
from comptoir.apps.loyalty.rewards import catalogue, shelf
from comptoir.apps.loyalty.rewards.forms import RewardForm, as_it_is
from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import stores
from comptoir.core.connections import reads as connections
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.pos import registry
from comptoir.web import spreadsheets
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

EXPORTED: Final = ("id", "name", "points", "description", "stores", "products", "sold", "bought", "used")
ALERTS: Final[dict[tuple[str, str], Promise]] = {
    ("reward_conflict", "reward_already_used"): gettext_lazy("A sale names a reward that another sale has used."),
    ("reward_conflict", "reward_not_here"): gettext_lazy("A sale names a reward of other stores."),
    ("reward_refunded", "reinstated"): gettext_lazy("Its sale was refunded: the guest can use the reward again."),
    ("reward_refunded", "kept"): gettext_lazy("Its sale was refunded; the programme keeps the reward used."),
}


@require_GET
@page("loyalty.view")
def rewards(request: OrganisationRequest) -> HttpResponse:
    """What is sold, then what is not any more."""
    search = request.GET.get("search", "").strip()
    found = shelf.items(request.organisation.id, search=search)
    names = _store_names(request)
    people = reads.names_of(request.organisation.id, {each.added_by for item in found for each in item.products})
    values = {
        "rows": [(item, _where(item, names), _sold_as(item, people)) for item in found],
        "sold": sum(item.is_active for item in found),
        "search": search,
        "may_manage": may(request.role, "loyalty.rewards"),
        "alerts": len(shelf.alerts(request.organisation.id)),
    }
    return render(request, "loyalty/rewards/list.html", values)


@require_GET
@page("loyalty.view")
def export(request: OrganisationRequest) -> HttpResponseBase:
    """The catalogue as CSV."""
    names = _store_names(request)

    def lines() -> Any:
        yield spreadsheets.MARK + spreadsheets.line(EXPORTED)
        for item in shelf.items(request.organisation.id, search=request.GET.get("search", "").strip()):
            known = {
                **item.__dict__,
                "id": item.public_id,
                "stores": ";".join(names.get(each, "") for each in item.store_ids),
                "products": ";".join(f"{each.provider}:{each.sku}" for each in item.products),
                "sold": item.is_active,
            }
            yield spreadsheets.line([known[name] for name in EXPORTED])

    return spreadsheets.download(f"rewards-{timezone.localdate():%Y-%m-%d}.csv", lines())


@require_http_methods(["GET", "POST"])
@page("loyalty.rewards")
def reward(request: OrganisationRequest, reward_id: str = "") -> HttpResponse:
    """One reward as a form, or a new one."""
    item = _item(request, reward_id) if reward_id else None
    providers = _providers(request, item)
    mine = stores(request.organisation.id, store_ids=request.store_ids)
    form = RewardForm(
        mine,
        providers,
        request.POST or None,
        initial=as_it_is(item, providers) if item else None,
    )
    if form.is_bound and form.is_valid():
        said = form.said()
        # Stores that this person was not given are not his to take away.
        here = {each.id for each in mine}
        said["store_ids"] += [each for each in (item.store_ids if item else ()) if each not in here]
        _save(request, item, is_active=item.is_active if item else True, **said)
        toast(request, _("Saved. What was bought stays as it was bought."))
        return redirect("loyalty_rewards")
    return render(
        request, "loyalty/rewards/edit.html", {"item": item, "form": form}, status=422 if form.is_bound else 200
    )


@require_POST
@page("loyalty.rewards")
def switch(request: OrganisationRequest, reward_id: str, position: str) -> HttpResponse:
    """Sell it no more, or again; what was bought can still be used."""
    item = _item(request, reward_id)
    if position not in ("on", "off"):
        raise _nothing()
    _save(
        request,
        item,
        is_active=position == "on",
        name=item.name,
        points=item.points,
        description=item.description,
        store_ids=list(item.store_ids),
        products={},
    )
    undo = reverse("loyalty_reward_switch", args=[item.public_id, "off" if position == "on" else "on"])
    words = _("%(name)s is sold again.") if position == "on" else _("%(name)s is not sold any more.")
    toast(request, words % {"name": item.name}, undo_url=undo)
    return redirect("loyalty_rewards")


@require_GET
@page("loyalty.members")
def alerts(request: OrganisationRequest) -> HttpResponse:
    """What money has moved past: each with what happened and where to look."""
    found = shelf.alerts(request.organisation.id)
    numbers = shelf.phones_of(request.organisation.id, {each.member_id for each in found})
    rows = [
        (
            each,
            ALERTS.get((each.kind, each.reason), each.reason),
            phone_of(request.role, numbers.get(each.member_id, "")),
        )
        for each in found
    ]
    values = {"rows": rows, "may_see_sales": may(request.role, "sales.view")}
    return render(request, "loyalty/rewards/alerts.html", values)


def _save(request: OrganisationRequest, item: shelf.ShelfItem | None, **said: Any) -> None:
    catalogue.save(
        organisation_id=request.organisation.id,
        reward_id=item.id if item else None,
        actor=f"user:{request.user.pk}",
        now=timezone.now(),
        **said,
    )


def _item(request: OrganisationRequest, public: str) -> shelf.ShelfItem:
    """Raises RuleBroken (404)."""
    for item in shelf.items(request.organisation.id, ids=[parse_id("rew", public)]):
        return item
    raise _nothing()


def _nothing() -> RuleBroken:
    return RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)


def _providers(request: OrganisationRequest, item: shelf.ShelfItem | None) -> list[tuple[str, str]]:
    """The tills that are connected, and those that the reward has products of."""
    wanted = {each.provider for each in connections.connections(request.organisation.id)}
    wanted |= {each.provider for each in item.products} if item else set()
    return [(each.manifest.slug, each.manifest.name) for each in registry.connectors() if each.manifest.slug in wanted]


def _store_names(request: OrganisationRequest) -> dict[UUID, str]:
    return {each.id: each.name for each in stores(request.organisation.id, store_ids=request.store_ids)}


def _where(item: shelf.ShelfItem, names: dict[UUID, str]) -> str:
    """The stores it is sold in, of those the reader may see."""
    if not item.store_ids:
        return _("All stores")
    return ", ".join(names[each] for each in item.store_ids if each in names) or _("Other stores")


def _sold_as(item: shelf.ShelfItem, people: dict[str, str]) -> list[tuple[str, str]]:
    """Each product with who typed it."""
    return [(each.sku, people.get(each.added_by, "")) for each in item.products]
