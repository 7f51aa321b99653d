"""The only list of connectors and apps."""

CONNECTORS = ["comptoir.connectors.lightspeed_k.connector"]
APPS = ["comptoir.apps.loyalty"]
