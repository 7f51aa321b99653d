"""Guests who pay a bill of each store through the provider's door, and how long each waits until it is on the till."""

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Final, Self

import httpx
import psycopg

from bench.failure import BenchFailure

HANDS: Final = 16
PATIENCE_SECONDS: Final = 240.0
LOOK_SECONDS: Final = 0.01
SEED: Final = 8
APPLIED: Final = "SELECT provider_payment_id FROM pay_at_table_guestpayment WHERE state = 'applied'"
Store = dict[str, Any]


def provider(port: int, key: str) -> httpx.Client:
    """Whoever takes the guests' money."""
    headers = {"authorization": f"Bearer {key}"}
    return httpx.Client(base_url=f"http://localhost:{port}", headers=headers, timeout=60)


class Guests:
    """They pay the bill of this number in each store that is named; once."""

    def __init__(self, port: int, dsn: str, key: str, *, bill: int) -> None:
        self._client = provider(port, key)
        self._session = psycopg.connect(dsn, autocommit=True)
        self._bill = bill
        self._due: dict[str, float] = {}
        self._took: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()
        self._session.close()

    def one_by_one(self, stores: Sequence[Store]) -> list[float]:
        """Milliseconds of each, from his moment until his payment is known to be on the till. Raises BenchFailure."""
        for each in stores:
            self._due[self._named(each)] = time.perf_counter()
            self._pay(each)
            self._wait()
        return list(self._took.values())

    def within(self, seconds: float, stores: Sequence[Store]) -> list[float]:
        """The same; each comes at a moment of his own, whoever still waits. Raises BenchFailure."""
        chance, began = random.Random(SEED), time.perf_counter()
        self._due = {self._named(each): began + chance.uniform(0, seconds) for each in stores}
        in_order = sorted(stores, key=lambda each: self._due[self._named(each)])
        with ThreadPoolExecutor(HANDS) as pool:
            paid = pool.map(self._pay, in_order)
            self._wait()
            list(paid)
        return list(self._took.values())

    def _named(self, store: Store) -> str:
        return f"{store['id']}-{self._bill}"

    def _pay(self, store: Store) -> None:
        name = self._named(store)
        time.sleep(max(0.0, self._due[name] - time.perf_counter()))
        answer = self._client.post(
            f"/v1/integrations/{store['id']}/checks/{store['bills'][self._bill]}/payments",
            json={"provider_payment_id": name, "amount": 2400, "currency": "EUR"},
            headers={"idempotency-key": name},
        )
        answer.raise_for_status()

    def _wait(self) -> None:
        """Until all who are due have what they paid on the till."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while waiting := self._due.keys() - self._took.keys():
            for (name,) in self._session.execute(APPLIED).fetchall():
                if name in waiting:
                    self._took[name] = (time.perf_counter() - self._due[name]) * 1000
            if time.monotonic() > deadline:
                raise BenchFailure(f"{len(waiting)} of {len(self._due)} payments are not on the till")
            time.sleep(LOOK_SECONDS)
