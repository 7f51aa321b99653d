"""What employees may do, and what of it a token may (sheet sections 2.4 and 9.1)."""

from collections.abc import Collection
from typing import Final

from comptoir.connectors.lightspeed_r.simulator.books import Books

ALL: Final = "all"
READ: Final = "_read"
SCOPES: Final = frozenset(
    f"employee:{name}"
    for name in (
        *("all", "admin", "admin_employees", "admin_inventory", "admin_purchases", "admin_shops", "admin_void_sale"),
        *("categories", "customers", "customers_read", "customers_view_gift_card_numbers"),
        *("inventory", "inventory_counts", "inventory_counts_reconcile", "inventory_read", "manufacturers"),
        *("product_cost", "product_edit", "purchase_orders"),
        *("register", "register_layaway", "register_read", "register_refund", "reports", "special_orders", "tags"),
        *("transfers", "vendors", "vendor_returns", "workbench"),
    )
)
"""The 30 that may be asked for."""
RIGHTS: Final = (
    *("admin", "admin_employees", "admin_inventory", "admin_purchases", "admin_shops", "admin_void_sale", "all_read"),
    *("allow_login", "categories", "customers", "customers_credit_limit", "customers_read"),
    *("customers_view_gift_card_numbers", "ecom", "inventory", "inventory_base", "inventory_counts"),
    *("inventory_counts_reconcile", "inventory_import", "inventory_read", "manufacturers", "product_cost"),
    *("product_edit", "purchase_orders", "register", "register_catalogs", "register_close", "register_layaway"),
    *("register_line_discount", "register_open", "register_price", "register_read", "register_refund"),
    *("register_transaction_discount", "register_withdraw", "reports", "special_orders", "tags", "transfers"),
    *("vendor_returns", "vendors", "vr_reasons", "workbench"),
)
"""What a role of the shop can hold; an owner has them all."""


def of_employee(books: Books, employee_id: int) -> frozenset[str]:
    """The rights of somebody, by their role and their own."""
    employee = books.get("Employee", employee_id)
    if employee is None:
        return frozenset(RIGHTS)
    by_role = books.children("EmployeeRight", "_employeeRoleID", int(employee["employeeRoleID"]))
    return frozenset(
        str(each["name"]) for each in (*by_role, *books.children("EmployeeRight", "_employeeID", employee_id))
    )


def of_token(scopes: Collection[str], rights: Collection[str]) -> frozenset[str]:
    """What a token may: no more than was granted, and no more than the one who granted it may now."""
    granted = {scope.removeprefix("employee:") for scope in scopes}
    if ALL in granted:
        return frozenset(rights)
    return frozenset(each for each in granted if each in rights or each.removesuffix(READ) in rights)
