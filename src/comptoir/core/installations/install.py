"""Give a store its apps."""

from datetime import datetime

from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.installations import manifest, modules, plans
from comptoir.core.installations.models import Installation


def install(*, organisation: Organisation, store: Store, app: str, provider: str, now: datetime) -> Installation:
    """One app for one store over one provider; the same row however often it is asked for. Raises RuleBroken.

    What an owner switched off stays off when the store gets a second point of sale; what no plan includes is off.
    """
    is_off = (store.id, app) in modules.switched_off([organisation.id], app=app)
    is_left_out = app in plans.plan(organisation.id).left_out
    installation, _ = Installation.objects.get_or_create(
        organisation=organisation,
        store=store,
        app=manifest.app(app).slug,
        provider=provider,
        defaults={"created_at": now, "enabled": not is_off and not is_left_out},
    )
    return installation


def install_all(*, organisation: Organisation, store: Store, provider: str, now: datetime) -> list[Installation]:
    """Every app that comes with a store, all of them on, and every bundle, off: an owner who has one switches it on."""
    for bundle in manifest.bundles():
        Installation.objects.get_or_create(
            organisation=organisation,
            store=store,
            app=bundle.slug,
            provider=provider,
            defaults={"created_at": now, "enabled": (store.id, bundle.slug) in _on(organisation)},
        )
    return [
        install(organisation=organisation, store=store, app=app.slug, provider=provider, now=now)
        for app in manifest.apps()
        if app.comes_with_store
    ]


def _on(organisation: Organisation) -> set[modules.Switch]:
    return {switch for switch, module in modules.modules(organisation.id).items() if module.is_on}
