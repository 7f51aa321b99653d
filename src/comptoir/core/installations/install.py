"""Switch apps on for a store."""

from datetime import datetime

from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.installations import manifest
from comptoir.core.installations.models import Installation


def install(*, organisation: Organisation, store: Store, app: str, provider: str, now: datetime) -> Installation:
    """One app for one store over one provider; the same row however often it is asked for. Raises RuleBroken."""
    installation, _ = Installation.objects.get_or_create(
        organisation=organisation,
        store=store,
        app=manifest.app(app).slug,
        provider=provider,
        defaults={"created_at": now},
    )
    return installation


def install_all(*, organisation: Organisation, store: Store, provider: str, now: datetime) -> list[Installation]:
    """Every app there is: in a fresh installation all of them are on."""
    return [
        install(organisation=organisation, store=store, app=app.slug, provider=provider, now=now)
        for app in manifest.apps()
    ]
