"""Lightspeed K-Series as its sheet describes it: OAuth, finance, Order and Pay, staff, and all it sends by itself.

Written from the vendor's documents alone; it never sees the client that reads it back.
"""

from comptoir.connectors.lightspeed_k.simulator.numbers import (
    account_number,
    receipt_number,
)
from comptoir.connectors.lightspeed_k.simulator.office import BackOffice, Offices, TillMessage
from comptoir.connectors.lightspeed_k.simulator.orders.refusing import REASONS
from comptoir.connectors.lightspeed_k.simulator.orders.tills import SentTask
from comptoir.connectors.lightspeed_k.simulator.settings import (
    Behaviour,
    Closing,
    Condition,
    Lifetimes,
    NotificationSetting,
    OAuthClient,
    PageEdge,
)
from comptoir.connectors.lightspeed_k.simulator.vendor import Delivery, KSeriesSimulator

__all__ = [
    "REASONS",
    "BackOffice",
    "Behaviour",
    "Closing",
    "Condition",
    "Delivery",
    "KSeriesSimulator",
    "Lifetimes",
    "NotificationSetting",
    "OAuthClient",
    "Offices",
    "PageEdge",
    "SentTask",
    "TillMessage",
    "account_number",
    "receipt_number",
]
