"""Lightspeed Retail R-Series as its sheet describes it: OAuth, the Retail API in V3 and V2, buckets, clocks, voids.

Written from the sheet alone; it never sees the client that reads it back.
"""

from comptoir.connectors.lightspeed_r.simulator.basket import Basket, Loaded, Paid
from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.counter import Counter
from comptoir.connectors.lightspeed_r.simulator.settings import Behaviour, Condition, Conditions, OAuthClient
from comptoir.connectors.lightspeed_r.simulator.trading import Chain, trade
from comptoir.connectors.lightspeed_r.simulator.vendor import RSeriesSimulator, failure

__all__ = [
    "Basket",
    "Behaviour",
    "Books",
    "Chain",
    "Condition",
    "Conditions",
    "Counter",
    "Loaded",
    "OAuthClient",
    "Paid",
    "RSeriesSimulator",
    "failure",
    "trade",
]
