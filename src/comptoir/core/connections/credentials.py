"""Tokens of a connection: sealed at rest, refreshed once per expiry under a row lock, stored before use."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import stamina
import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db import connection as database
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from comptoir.core.connections.models import Connection
from comptoir.core.connections.sealing import sealer
from comptoir.core.connections.tokens import TokenPair, error_of, is_busy, is_our_client, read_token_answer
from comptoir.kernel.errors import OutcomeUnknown, VendorBusy, VendorRefused
from comptoir.kernel.http import TIMEOUT_SECONDS, Answer, post_form
from comptoir.kernel.seal import Secret
from comptoir.pos import registry
from comptoir.pos.connector import Endpoints, Manifest

log = structlog.get_logger(__name__)

EXPIRES_EARLY: Final = timedelta(seconds=60)
# Whoever holds the row's lock asks the vendor twice at most; the others wait a little longer, then give up.
LOCK_SECONDS: Final = 2 * TIMEOUT_SECONDS + 5
# How long fresh tokens are kept in hand for a database that went away while the vendor answered.
DATABASE_SECONDS: Final = 30.0
# Unused refresh tokens die: after a third of their life, and every other day at least, they are renewed unasked.
KEPT_ALIVE_AFTER: Final = 1 / 3
LONGEST_UNUSED: Final = timedelta(hours=48)
# So much earlier at most, each at its own moment: connections made together are not renewed together for ever.
JITTER: Final = 0.2
LOST: Final = "{vendor}'s answer to a renewal of the sign-in was lost on the way. Sign in again: nothing else is lost."
SIGN_IN_AGAIN: Final = "{vendor} asks you to sign in again."


def put(connection: Connection, pair: TokenPair, *, now: datetime) -> None:
    """Seal a pair of tokens onto the row; the caller saves it."""
    for name, value in _sealed(connection.provider, pair, now).items():
        setattr(connection, name, value)


@dataclass(frozen=True)
class Outcome:
    """What the token endpoint said, as values of the row; `refusal` is raised once they are stored."""

    values: dict[str, Any]
    refusal: VendorRefused | None = None


class StoredCredentials:
    """The tokens of one connection, for `kernel.http`; used outside transactions, since fresh tokens must stay."""

    def __init__(
        self,
        connection_id: UUID,
        endpoints: Endpoints,
        clock: Callable[[], datetime],
        *,
        probing: bool = False,
        row: Connection | None = None,
    ) -> None:
        """`probing` asks for tokens although the vendor has refused us: to see whether it still does. `row` was read
        just now, and is believed once."""
        self._id = connection_id
        self._endpoints = endpoints
        self._clock = clock
        self._probing = probing
        self._row = row

    def access_token(self) -> Secret:
        """A token that is valid for another minute. Raises VendorRefused, VendorBusy."""
        connection, self._row = self._row, None
        if connection is None:
            with transaction.atomic(durable=True):
                connection = Connection.objects.get(id=self._id)
        self._refuse_disconnected(connection)
        if self._lasts(connection):
            return sealer().unseal(connection.access_token)
        return self._refreshed(self._lasts)

    def renewed(self, stale: Secret) -> Secret:
        """A token other than `stale`: another worker's, or a fresh one. Raises VendorRefused, VendorBusy."""
        return self._refreshed(
            lambda current: self._lasts(current) and sealer().unseal(current.access_token) != stale,
        )

    def keep_alive(self) -> None:
        """Renew the tokens if it is time, whoever needs them or not. Raises VendorRefused, VendorBusy."""
        self._refreshed(lambda current: current.keep_alive_at is not None and current.keep_alive_at > self._clock())

    def _refuse_disconnected(self, connection: Connection) -> None:
        if connection.status == Connection.Status.RECONNECT and not self._probing:
            raise VendorRefused(connection.status_reason)

    def _lasts(self, connection: Connection) -> bool:
        return connection.access_expires_at - EXPIRES_EARLY > self._clock()

    def _refreshed(self, is_fresh: Callable[[Connection], bool]) -> Secret:
        """Refresh under the row's lock, unless somebody did while we waited for it.

        The outcome is stored by the same transaction and a refusal raised after its commit, so neither is rolled back.
        """
        outcome = None
        try:
            with transaction.atomic(durable=True):
                connection = self._locked()
                self._refuse_disconnected(connection)
                if is_fresh(connection):
                    return sealer().unseal(connection.access_token)
                used_up = bytes(connection.refresh_token)
                outcome = self._ask(connection)
                _store(self._id, used_up, outcome)
        except (OperationalError, InterfaceError):
            if outcome is None:
                raise
            # The old refresh token is used up: what the vendor said must survive the database's fault.
            _store_patiently(self._id, used_up, outcome)
        if outcome.refusal:
            raise outcome.refusal
        return sealer().unseal(outcome.values["access_token"])

    def _locked(self) -> Connection:
        """The row, ours until the transaction ends. Raises VendorBusy when somebody else keeps it for too long."""
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', '0', true),"
                " set_config('idle_in_transaction_session_timeout', '0', true)",
                [f"{LOCK_SECONDS * 1000:.0f}"],
            )
        try:
            return Connection.objects.select_for_update().get(id=self._id)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise VendorBusy(
                _("The till's sign-in takes long at the moment; Comptoir tries again by itself."),
                for_log="waited too long for another refresh of this connection",
            ) from error

    def _ask(self, connection: Connection) -> Outcome:
        """One question to the token endpoint. Raises VendorBusy, and VendorRefused where our own client is at fault."""
        manifest = registry.connector(connection.provider).manifest
        vendor = manifest.name
        kept = sealer().unseal(connection.refresh_token)
        answer, was_lost = self._answer(kept, manifest)
        if is_busy(answer):
            raise VendorBusy(f"{vendor} does not answer at the moment.", for_log=f"refresh: status {answer.status}")
        if answer.status == 200:
            pair = read_token_answer(answer.body, vendor=vendor, now=self._clock(), kept=kept)
            return Outcome(_sealed(connection.provider, pair, self._clock()))
        cause = f"status {answer.status}: {error_of(answer.body)}"
        log.warning("connection.refused", connection=connection.public_id, cause=cause, answer_lost=was_lost)
        if is_our_client(answer):
            raise VendorRefused(
                f"{vendor} does not know this installation as a client; its operator must correct id and secret.",
                for_log=f"refresh: {cause}",
            )
        reason = (LOST if was_lost else SIGN_IN_AGAIN).format(vendor=vendor)
        return Outcome(refusal_values(reason, now=self._clock()), VendorRefused(reason, for_log=f"refresh: {cause}"))

    def _answer(self, kept: Secret, vendor: Manifest) -> tuple[Answer, bool]:
        """What the endpoint says, and whether an answer was lost before.

        A lost answer is asked for once more, at once, with the same token: some vendors take it a second time, and none
        takes it later. Raises VendorBusy.
        """
        fields = {"grant_type": "refresh_token", "refresh_token": kept.reveal()}
        try:
            return self._post(fields, vendor), False
        except OutcomeUnknown as lost:
            log.warning("connection.answer_lost", connection=str(self._id), cause=lost.for_log)
        try:
            return self._post(fields, vendor), True
        except OutcomeUnknown as lost:
            raise VendorBusy(lost.for_owner, for_log=lost.for_log) from lost

    def _post(self, fields: Mapping[str, str], vendor: Manifest) -> Answer:
        client = (self._endpoints.client_id, self._endpoints.client_secret)
        url, in_form = self._endpoints.token_url, vendor.client_in_form
        return post_form(url, fields, client=client, vendor=vendor.name, client_in_form=in_form)


def refusal_values(reason: str, *, now: datetime, probe_at: datetime | None = None) -> dict[str, Any]:
    """A connection that has to be connected again, as values of its row."""
    return {
        "status": Connection.Status.RECONNECT,
        "status_since": now,
        "status_reason": reason,
        "probe_at": probe_at,
    }


def _sealed(provider: str, pair: TokenPair, now: datetime) -> dict[str, Any]:
    life = pair.refresh_lasts or registry.connector(provider).manifest.refresh_idle
    wait = min(life * KEPT_ALIVE_AFTER, LONGEST_UNUSED)
    return {
        "access_token": sealer().seal(pair.access),
        "refresh_token": sealer().seal(pair.refresh),
        "access_expires_at": pair.expires_at,
        **({"scopes": list(pair.scopes)} if pair.scopes else {}),
        "keep_alive_at": now + wait * (1 - JITTER * random.random()),  # noqa: S311 - spread, not secret
    }


def _store(connection_id: UUID, used_up: bytes, outcome: Outcome) -> None:
    """Store unless somebody has connected again meanwhile: then the row holds other tokens, and better ones."""
    Connection.objects.filter(id=connection_id, refresh_token=used_up).update(**outcome.values)


def _store_patiently(connection_id: UUID, used_up: bytes, outcome: Outcome) -> None:
    faults = (OperationalError, InterfaceError)
    for attempt in stamina.retry_context(on=faults, attempts=None, timeout=DATABASE_SECONDS, wait_max=2.0):
        with attempt:
            database.close_if_unusable_or_obsolete()
            _store(connection_id, used_up, outcome)
