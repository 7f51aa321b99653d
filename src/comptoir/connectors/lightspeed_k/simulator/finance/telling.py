"""Sales as an answer tells them, with all that stands beside their figures."""

from collections.abc import Sequence
from typing import Any

from comptoir.connectors.lightspeed_k.simulator.desk import Call
from comptoir.connectors.lightspeed_k.simulator.finance.reading import included
from comptoir.connectors.lightspeed_k.simulator.finance.sales import Telling, v2_sale
from comptoir.connectors.lightspeed_k.simulator.rtn.deliveries import root_account
from comptoir.connectors.lightspeed_k.simulator.tongue import told_register
from comptoir.pos.model import Sale
from comptoir.pos.world import WorldLocation


def told(call: Call, location: WorldLocation, sales: Sequence[Sale]) -> list[dict[str, Any]]:
    """The sales in the words of V2, with the parts the call asks for."""
    desk = call.desk
    desk.deliveries.take_note(now=call.now)  # the chain of a sale may be news to this simulator
    include, registers = included(call.query), desk.world.registers(location.id)
    bodies = []
    for sale in sales:
        telling = Telling(
            location,
            include,
            root_account(desk.store, location.id, sale.external_id),
            desk.world.facts(location.id, sale.external_id),
            desk.behaviour,
        )
        shown = told_register(sale, registers, passive_shows_active=desk.behaviour.passive_shows_active)
        bodies.append(v2_sale(shown, telling))
    return bodies
