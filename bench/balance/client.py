"""A client with one department whose balance has every usual field."""

from datetime import UTC, datetime, time

from comptoir.apps.weekly_balance.models import Client, Department
from comptoir.core.accounts.models import Store


def make(provider: str) -> tuple[Store, Client, Department]:
    """POS import is on; the department takes the whole store. Times are UTC."""
    from comptoir.apps.weekly_balance import setting_up
    from comptoir.core.accounts.models import Organisation
    from comptoir.core.installations.install import install

    now = datetime.now(UTC)
    organisation = Organisation.objects.create(name="Bench", created_at=now)
    store = Store.objects.create(
        organisation=organisation,
        name="Bench",
        timezone="UTC",
        currency="USD",
        country="US",
        day_start=time(0),
        created_at=now,
    )
    install(organisation=organisation, store=store, app="weekly_balance", provider=provider, now=now)
    client = setting_up.change(
        organisation_id=organisation.id,
        values={"pos_import": True, "multi_cash_registers": True},
        actor="system",
        now=now,
    )
    setting_up.map_usual(organisation_id=organisation.id, actor="system", now=now)
    department = setting_up.save_department(
        store=store, name="Bench", client_number="", terminals=(), actor="system", now=now
    )
    return store, client, department
