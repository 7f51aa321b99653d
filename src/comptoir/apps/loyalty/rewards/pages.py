"""The rewards: what guests can buy with their points, and as which product of the till."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptoir.apps.loyalty import reads
from comptoir.apps.loyalty.alerts import reads as alerts
from comptoir.apps.loyalty.rewards import catalogue, history, shelf
from comptoir.apps.loyalty.rewards.forms import RewardForm, as_it_is
from comptoir.core.accounts.partners import requests as partners
from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import stores
from comptoir.core.connections import reads as connections
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.pos import registry
from comptoir.web import spreadsheets
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

EXPORTED: Final = (
    "id",
    "name",
    "points",
    "description",
    "stores",
    "tags",
    "products",
    "takes_all",
    "sold",
    "bought",
    "used",
)


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
        "alerts": alerts.waiting(request.organisation.id, store_ids=request.store_ids),
        "may_see_alerts": may(request.role, "loyalty.members"),
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
                "tags": ";".join(item.tags),
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
    names = {each.public_id: each.name for each in mine}
    values = {
        "item": item,
        "form": form,
        "tags": shelf.tags(request.organisation.id),
        "moments": history.moments(request.organisation.id, item.public_id, names) if item else [],
        "missing": [each for each in item.products if each.missing_since] if item else [],
    }
    return render(request, "loyalty/rewards/edit.html", values, status=422 if form.is_bound else 200)


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
        tags=item.tags,
        takes_all=item.takes_all,
        products={},
    )
    undo = reverse("loyalty_reward_switch", args=[item.public_id, "off" if position == "on" else "on"])
    words = _("%(name)s is sold again.") if position == "on" else _("%(name)s is not sold any more.")
    toast(request, words % {"name": item.name}, undo_url=undo)
    return redirect("loyalty_rewards")


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
    wanted |= partners.providers(request.organisation.id)
    wanted |= {each.provider for each in item.products} if item else set()
    return [(each.manifest.slug, each.manifest.name) for each in registry.connectors() if each.manifest.slug in wanted]


def _store_names(request: OrganisationRequest) -> dict[UUID, str]:
    return {each.id: each.name for each in stores(request.organisation.id, store_ids=request.store_ids)}


def _where(item: shelf.ShelfItem, names: dict[UUID, str]) -> str:
    """The stores it is sold in, of those the reader may see."""
    if not item.store_ids:
        return _("All stores")
    return ", ".join(names[each] for each in item.store_ids if each in names) or _("Other stores")


def _sold_as(item: shelf.ShelfItem, people: dict[str, str]) -> list[tuple[shelf.Product, str]]:
    """Each product with who typed it."""
    return [(each, people.get(each.added_by, "")) for each in item.products]
