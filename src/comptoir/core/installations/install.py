"""Give a store its apps."""

from datetime import datetime

from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.installations import manifest, modules
from comptoir.core.installations.models import Installation


def install(*, organisation: Organisation, store: Store, app: str, provider: str, now: datetime) -> Installation:
    """One app for one store over one provider; the same row however often it is asked for. Raises RuleBroken.

    What an owner switched off stays off when the store gets a second point of sale.
    """
    is_off = (store.id, app) in modules.switched_off([organisation.id], app=app)
    installation, _ = Installation.objects.get_or_create(
        organisation=organisation,
        store=store,
        app=manifest.app(app).slug,
        provider=provider,
        defaults={"created_at": now, "enabled": not is_off},
    )
    return installation


def install_all(*, organisation: Organisation, store: Store, provider: str, now: datetime) -> list[Installation]:
    """Every app there is: in a fresh installation all of them are on."""
    return [
        install(organisation=organisation, store=store, app=app.slug, provider=provider, now=now)
        for app in manifest.apps()
    ]
