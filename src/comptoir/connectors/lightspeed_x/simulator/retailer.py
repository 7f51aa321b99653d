"""What a retailer has: records by resource, each with the one version that grows with every change (section 3)."""

import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

Row = dict[str, Any]
"""A record by the names of the wire; what begins with an underscore is for the retailer alone."""

RESOURCES: Final = (
    "outlets",
    "registers",
    "users",
    "payment_types",
    "shifts",
    "products",
    "customers",
    "sales",
    "closures",
    "webhooks",
)
FIRST_VERSION: Final = 880_000


class Retailer:
    """The records of one retailer; hold `lock` to read or change them."""

    def __init__(self, *, domain_prefix: str, name: str, currency: str, zone: str, country: str) -> None:
        self.lock = threading.RLock()
        self.domain_prefix = domain_prefix
        self.about: Row = {
            "id": self.identifier("retailer"),
            "name": name,
            "domain_prefix": domain_prefix,
            "timezone": zone,
            "country": country,
            "currency": {"code": currency, "symbol": "$"},
            "tax_exclusive": True,
            "account_status": "active",
        }
        self._version = FIRST_VERSION
        self._rows: dict[str, dict[str, Row]] = {each: {} for each in RESOURCES}
        self.changed: list[tuple[str, str]] = []
        """(resource, id) of what changed since somebody looked: webhooks tell of it."""

    def identifier(self, name: str) -> str:
        """A UUID, the same for the same name."""
        return str(uuid5(NAMESPACE_URL, f"{self.domain_prefix}/{name}"))

    def put(self, resource: str, row: Row) -> Row:
        """Keep a record, new or changed: its version is the highest from now on."""
        with self.lock:
            self._version += 1
            kept = {**row, "version": self._version}
            # Put at the end: the order of the table is the order of the versions.
            self._rows[resource].pop(row["id"], None)
            self._rows[resource][row["id"]] = kept
            self.changed.append((resource, row["id"]))
            return kept

    def get(self, resource: str, identifier: str) -> Row | None:
        """One record, deleted ones too."""
        return self._rows[resource].get(identifier)

    def remove(self, resource: str, identifier: str) -> None:
        """Forget a record altogether, as only webhooks are."""
        self._rows[resource].pop(identifier, None)

    def delete(self, resource: str, identifier: str, *, now: datetime) -> Row:
        """Mark a record as deleted: it stays in the list (section 3)."""
        return self.put(resource, {**self._rows[resource][identifier], "deleted_at": now})

    def after(self, resource: str, version: int) -> Iterator[Row]:
        """Records with a higher version, ascending."""
        return (row for row in list(self._rows[resource].values()) if row["version"] > version)
