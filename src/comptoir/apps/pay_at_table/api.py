"""`/v1/integrations/{id}/…`: what a provider may do, with its app key, at the stores that let it in.

Its parts register their operations with one router when they are imported.
"""

from comptoir.apps.pay_at_table.provider import business_days, feed, ordering, paying, reading
from comptoir.apps.pay_at_table.provider.door import router

__all__ = ["business_days", "feed", "ordering", "paying", "reading", "router"]
