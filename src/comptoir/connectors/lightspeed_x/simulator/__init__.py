"""Lightspeed Retail X-Series as its sheet describes it: OAuth, versioned lists, search, limits, signed webhooks.

Written from the sheet alone; it never sees the client that reads it back.
"""

from comptoir.connectors.lightspeed_x.simulator.counter import Article, Counter, opened
from comptoir.connectors.lightspeed_x.simulator.retailer import Retailer
from comptoir.connectors.lightspeed_x.simulator.settings import Behaviour, OAuthClient
from comptoir.connectors.lightspeed_x.simulator.vendor import XSeriesSimulator

__all__ = ["Article", "Behaviour", "Counter", "OAuthClient", "Retailer", "XSeriesSimulator", "opened"]
