"""The vendor account that an import reads from: opened once in a process, however many lanes read."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final
from uuid import UUID

from comptoir.core.connections.access import noting_refusals, open_vendor
from comptoir.core.connections.models import Connection
from comptoir.pos.connector import Vendor


class _Account:
    """One open account, and how many read from it."""

    def __init__(self, connection: Connection) -> None:
        self.key = connection.id
        self.readers = 0
        self._held = ExitStack()
        self.vendor: Vendor = self._held.enter_context(open_vendor(connection))

    def close(self) -> None:
        self._held.close()


_accounts: Final[dict[UUID, _Account]] = {}
_lock: Final = threading.Lock()


class Till:
    """What one lane reads windows from. What an account is asked for once (registers, people) is asked once for all
    lanes; after a fault a lane opens the account anew, and what others have open closes with the last of them."""

    def __init__(self) -> None:
        self._account: _Account | None = None

    def __enter__(self) -> "Till":
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    @contextmanager
    def of(self, connection: Connection) -> Iterator[Vendor]:
        """The account, open. A refusal that leaves the block is written down, as everywhere."""
        if self._account is None:
            self._account = _join(connection)
        try:
            with noting_refusals(connection):
                yield self._account.vendor
        except BaseException:
            self._leave(is_broken=True)
            raise

    def _leave(self, *, is_broken: bool = False) -> None:
        account, self._account = self._account, None
        if account is None:
            return
        with _lock:
            account.readers -= 1
            is_last = not account.readers
            if (is_last or is_broken) and _accounts.get(account.key) is account:
                del _accounts[account.key]
        if is_last:
            account.close()


def _join(connection: Connection) -> _Account:
    with _lock:
        account = _accounts.get(connection.id)
        if account is None:
            account = _accounts[connection.id] = _Account(connection)
        account.readers += 1
        return account
