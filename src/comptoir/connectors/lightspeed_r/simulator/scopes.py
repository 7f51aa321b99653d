"""Which scopes open a resource, and which methods it answers (sheet sections 2.4 and 9)."""

from typing import Final

SALES: Final = ("register", "register_read", "cfd")
STAFF: Final = ("admin_employees",)
STOCK: Final = (
    "inventory",
    "inventory_read",
    "inventory_base",
    "product_cost",
    "product_edit",
    "register",
    "register_read",
)
SHOPS: Final = (
    "admin_shops",
    "admin",
    "register",
    "register_read",
    "reports",
    "inventory",
    "inventory_read",
    "customers",
)
MONEY: Final = ("admin_purchases", "register", "register_read")
PEOPLE: Final = ("customers", "customers_read", "register", "register_read")
COUNTS: Final = ("reports", "register", "register_read", "register_close")

GET: Final = frozenset({"GET"})
KEPT: Final = frozenset({"GET", "PUT"})
MADE: Final = frozenset({"GET", "POST"})
EDITED: Final = frozenset({"GET", "POST", "PUT"})
ALL: Final = frozenset({"GET", "POST", "PUT", "DELETE"})
