"""The only list of connectors and apps."""

CONNECTORS = [
    "comptoir.connectors.lightspeed_k.connector",
    "comptoir.connectors.lightspeed_r.connector",
    "comptoir.connectors.lightspeed_x.connector",
    "comptoir.connectors.sixpos.connector",
]
APPS = ["comptoir.apps.loyalty", "comptoir.apps.traffic", "comptoir.apps.weekly_balance", "comptoir.apps.pay_at_table"]
