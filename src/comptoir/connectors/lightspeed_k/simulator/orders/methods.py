"""Payment methods as they stand now."""

from typing import Final

from comptoir.connectors.lightspeed_k.simulator.desk import Desk
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.pos.model import Named

NATIVE_METHODS: Final = frozenset({"LSPAY"})
"""Methods of a terminal the till drives by itself; payments from outside cannot use them."""
KEPT_METHODS: Final = frozenset({"CASH", *NATIVE_METHODS})
"""What is left when a merchant tidies up."""


def methods(desk: Desk, location_id: str) -> list[Named]:
    """Those a merchant has not removed."""
    removed = desk.holds(Condition.METHOD_REMOVED, location_id)
    chosen = desk.office(location_id).methods
    listed = desk.world.payment_methods(location_id) if chosen is None else chosen
    return [method for method in listed if not removed or method.id in KEPT_METHODS]
