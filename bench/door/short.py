"""The nearer limit: the doors' own short way, checks and all, with a writer that answers at once and stores nothing."""

import asyncio
from functools import partial

from bench.door.bare import application as bare
from comptoir.cli import house
from comptoir.core.intake.batches import Answer, Arrival, Receipt

house.set_up_django()

from comptoir.core.intake.receive import Receiver  # noqa: E402  (Django must be set up first)
from comptoir.web.hooks import Doors  # noqa: E402
from comptoir.web.knocks import KnockProtocol  # noqa: E402


class Forgetful(Receiver):
    """Says in the next turn of the loop that all is stored."""

    def submit(self, arrival: Arrival, answer: Answer) -> None:  # noqa: ARG002
        """Nothing is."""
        asyncio.get_running_loop().call_soon(answer, Receipt.STORED)


class Application:
    """The bare one, with the doors' protocol."""

    protocol = partial(KnockProtocol, Doors(Forgetful("")))
    __call__ = staticmethod(bare)


application = Application()
