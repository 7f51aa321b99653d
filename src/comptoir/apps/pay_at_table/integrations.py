"""Make an integration: the app installed for a store, and what a provider is given is the installation's id."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table.models import Integration
from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.connections.models import Connection
from comptoir.core.installations.install import install
from comptoir.kernel.errors import RuleBroken

APP: Final = "pay_at_table"


@transaction.atomic
def create(
    *,
    organisation: Organisation,
    store: Store,
    connection: Connection,
    location_id: str,
    name: str,
    now: datetime,
    **fields: Any,
) -> Integration:
    """An integration, off until it is enabled; `fields` are its settings. Its id is that of the installation.

    Raises RuleBroken `location_taken` (409) where this store has one at this till already: there is one for each.
    """
    installation = install(organisation=organisation, store=store, app=APP, provider=connection.provider, now=now)
    known = Integration.objects.filter(organisation=organisation, id=installation.id).first()
    if known is not None:
        words = _("%(store)s has an integration already: %(name)s.") % {"store": store.name, "name": known.name}
        raise RuleBroken(words, code="location_taken", status=409)
    return Integration.objects.create(
        organisation=organisation,
        id=installation.id,
        store_id=store.id,
        connection_id=connection.id,
        location_id=location_id,
        name=name,
        created_at=now,
        **fields,
    )


def addresses_in(given: str) -> list[str]:
    """E-mail addresses as a person lists them, between commas or semicolons: in order, each once."""
    found = (each.strip() for each in given.replace(";", ",").split(","))
    return list(dict.fromkeys(each for each in found if each))
