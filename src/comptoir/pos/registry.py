"""Slug to connector; filled once at start by `project/installed.py`."""

from collections.abc import Mapping

from comptoir.kernel import packing
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.connector import Connector

_connectors: dict[str, Connector] = {}
_wordings: dict[int, bytes] = {}


def register(connector: Connector) -> None:
    """Make a connector known. Registering the same one twice is harmless."""
    _connectors[connector.manifest.slug] = connector
    _wordings.update(packing.by_checksum(connector.manifest.wordings))


def connectors() -> tuple[Connector, ...]:
    """All connectors, in order of registration."""
    return tuple(_connectors.values())


def wordings() -> Mapping[int, bytes]:
    """The words of all vendors' notifications, by what packed bodies call them (`kernel.packing`)."""
    return _wordings


def connector(slug: str) -> Connector:
    """The connector of this slug. Raises RuleBroken."""
    try:
        return _connectors[slug]
    except KeyError:
        raise RuleBroken(f"There is no connector named {slug}.", code="connector_unknown", status=404) from None


def by_dispatch(name: str) -> Connector | None:
    """The connector that the shared door `/partner/orders?dispatch=…` means by this name."""
    return next((each for each in connectors() if name and each.manifest.dispatch == name), None)


def by_webhook_name(name: str) -> Connector | None:
    """The connector that the shared door `/v1/wh/<name>` means by this name."""
    return next((each for each in connectors() if name and each.manifest.webhook_name == name), None)
