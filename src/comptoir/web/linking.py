"""Let a till's location feed a store: with its apps switched on and its latest days on the way."""

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.connections.locations import create_store, link_location
from comptoir.core.connections.models import LocationLink
from comptoir.core.connections.tasks import enqueue_listening
from comptoir.core.installations.install import install_all
from comptoir.core.intake.importing import runs
from comptoir.core.intake.tasks import enqueue_imports, reopen_unlinked
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.pos import registry

NEW_STORE: Final = "new"
# The latest days are there at once; last year, for comparisons, follows behind them.
FIRST_IMPORT: Final = timedelta(days=14)
BACKFILL: Final = timedelta(days=400)


def feed(organisation: Organisation, location: LocationLink, choice: str, *, now: datetime) -> int:
    """Which store a location feeds: the public id of one, `new` for one made like it, "" for none. 1 if it feeds one.

    Call it in a transaction that holds the location's row. Raises RuleBroken (404) for a store of nobody here.
    """
    if choice == NEW_STORE and location.store is not None:
        store: Store | None = location.store  # made by an earlier click on the same form
    elif choice == NEW_STORE:
        day_start = registry.connector(location.provider).manifest.day_start
        store = create_store(location, day_start=day_start, now=now)
    elif choice:
        store = Store.objects.filter(organisation=organisation, id=parse_id("sto", choice)).first()
        if store is None:
            raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    else:
        store = None
    is_news = store is not None and store != location.store
    link_location(location, store, now=now)
    if store is not None:
        install_all(organisation=organisation, store=store, provider=location.provider, now=now)
    enqueue_listening(location.connection_id)
    if is_news:
        _import_latest(location, now)
        reopen_unlinked.enqueue_once()
    return int(store is not None)


def _import_latest(location: LocationLink, now: datetime) -> None:
    """Read the latest days from the till's books, the newest first, then what lies before them."""
    runs.begin(location, start=now - FIRST_IMPORT, end=now, now=now)
    runs.begin(location, start=now - BACKFILL, end=now - FIRST_IMPORT, now=now, again=False)
    enqueue_imports(location.organisation_id, location.connection_id)
