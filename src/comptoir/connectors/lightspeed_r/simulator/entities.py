"""The resources of the Retail API: keys, what may be sorted by, relations and scopes (sheet section 9)."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final


class Many(Enum):
    """Whether a relation leads to one record or to several; it sets the cost (section 7)."""

    ONE = "one"
    MANY = "many"


@dataclass(frozen=True)
class Relation:
    """`container` is the key of the parent, `entity` what it holds.

    To one: `key` is the parent's foreign key. To many: `key` is the child's, equal to the parent's own id.
    """

    container: str
    entity: str
    key: str
    many: Many = Many.MANY


@dataclass(frozen=True)
class Entity:
    """One resource. `scopes`: any of them opens it, `employee:all` always does. `writable`: methods beside GET."""

    name: str
    key: str
    sort: tuple[str, ...]
    scopes: tuple[str, ...]
    relations: tuple[Relation, ...] = ()
    writable: bool = False
    removes: bool = False

    def relation(self, container: str) -> Relation | None:
        """The relation under this name."""
        return next((each for each in self.relations if each.container == container), None)


def one(container: str, entity: str, key: str) -> Relation:
    """A relation to one record by the parent's foreign key."""
    return Relation(container, entity, key, Many.ONE)


SALES: Final = ("register", "register_read", "cfd")
STAFF: Final = ("admin_employees",)
STOCK: Final = ("inventory", "inventory_read", "inventory_base", "register", "register_read")
SHOPS: Final = ("admin_shops", "admin", "register", "register_read", "reports", "inventory", "inventory_read")
MONEY: Final = ("admin_purchases", "register", "register_read")
PEOPLE: Final = ("customers", "customers_read", "register", "register_read")

ENTITIES: Final = {
    each.name: each
    for each in (
        Entity(
            "Shop",
            "shopID",
            ("shopID",),
            SHOPS,
            (
                one("Contact", "Contact", "contactID"),
                one("TaxCategory", "TaxCategory", "taxCategoryID"),
                Relation("Registers", "Register", "shopID"),
            ),
            writable=True,
        ),
        Entity("Register", "registerID", ("registerID",), SHOPS, writable=True),
        Entity(
            "Employee",
            "employeeID",
            ("employeeID", "timeStamp"),
            STAFF,
            (one("Contact", "Contact", "contactID"), one("EmployeeRole", "EmployeeRole", "employeeRoleID")),
            writable=True,
        ),
        Entity(
            "EmployeeRole",
            "employeeRoleID",
            ("employeeRoleID",),
            STAFF,
            (Relation("EmployeeRights", "EmployeeRight", "_employeeRoleID"),),
        ),
        Entity("EmployeeHours", "employeeHoursID", ("employeeHoursID",), STAFF, writable=True, removes=True),
        Entity(
            "Sale",
            "saleID",
            ("saleID", "timeStamp", "completeTime", "updatetime"),
            SALES,
            (
                Relation("SaleLines", "SaleLine", "saleID"),
                Relation("SalePayments", "SalePayment", "saleID"),
                one("Customer", "Customer", "customerID"),
                one("Discount", "Discount", "discountID"),
                one("TaxCategory", "TaxCategory", "taxCategoryID"),
            ),
            writable=True,
        ),
        Entity(
            "SaleLine",
            "saleLineID",
            ("saleLineID", "timeStamp", "saleID"),
            SALES,
            (
                one("Discount", "Discount", "discountID"),
                one("TaxClass", "TaxClass", "taxClassID"),
                one("TaxCategory", "TaxCategory", "taxCategoryID"),
                one("Note", "Note", "noteID"),
                one("Item", "Item", "itemID"),
            ),
            writable=True,
        ),
        Entity(
            "SalePayment",
            "salePaymentID",
            ("salePaymentID", "timeStamp", "saleID"),
            SALES,
            (
                one("PaymentType", "PaymentType", "paymentTypeID"),
                Relation("SaleAccounts", "SaleAccount", "salePaymentID"),
            ),
        ),
        Entity("SaleVoid", "saleVoidID", ("saleVoidID", "saleID"), ("admin_void_sale",)),
        Entity("PaymentType", "paymentTypeID", ("paymentTypeID",), MONEY, writable=True),
        Entity(
            "Item",
            "itemID",
            ("itemID", "timeStamp", "description"),
            STOCK,
            (
                one("Category", "Category", "categoryID"),
                one("TaxClass", "TaxClass", "taxClassID"),
                one("Note", "Note", "_noteID"),
                Relation("ItemShops", "ItemShop", "itemID"),
                Relation("ItemComponents", "ItemComponent", "assemblyItemID"),
                Relation("ItemVendorNums", "ItemVendorNum", "itemID"),
                Relation("CustomFieldValues", "CustomFieldValue", "_itemID"),
            ),
            writable=True,
        ),
        Entity("ItemShop", "itemShopID", ("itemShopID", "timeStamp"), STOCK),
        Entity(
            "Category",
            "categoryID",
            ("categoryID", "timeStamp", "leftNode", "rightNode"),
            ("categories", *STOCK),
            (one("Parent", "Category", "parentID"),),
            writable=True,
            removes=True,
        ),
        Entity(
            "Customer",
            "customerID",
            ("customerID", "timeStamp", "firstName", "lastName"),
            PEOPLE,
            (
                one("Contact", "Contact", "contactID"),
                one("CreditAccount", "CreditAccount", "creditAccountID"),
                one("Discount", "Discount", "discountID"),
                one("TaxCategory", "TaxCategory", "taxCategoryID"),
            ),
            writable=True,
        ),
        Entity("Discount", "discountID", ("discountID", "timeStamp"), MONEY, writable=True),
        Entity(
            "TaxCategory",
            "taxCategoryID",
            ("taxCategoryID", "timeStamp"),
            MONEY,
            (Relation("TaxCategoryClasses", "TaxCategoryClass", "taxCategoryID"),),
            writable=True,
        ),
        Entity(
            "TaxCategoryClass",
            "taxCategoryClassID",
            ("taxCategoryClassID", "timeStamp"),
            MONEY,
            (one("TaxClass", "TaxClass", "taxClassID"),),
        ),
        Entity("TaxClass", "taxClassID", ("taxClassID", "timeStamp"), MONEY, writable=True),
        Entity(
            "CreditAccount",
            "creditAccountID",
            ("creditAccountID", "timeStamp", "customerID"),
            ("customers", "customers_read"),
            writable=True,
        ),
        Entity("Vendor", "vendorID", ("vendorID", "timeStamp", "name"), STOCK, writable=True),
        Entity("Order", "orderID", ("orderID", "timeStamp"), STOCK, (one("Vendor", "Vendor", "vendorID"),)),
        Entity("Shipment", "shipmentID", ("shipmentID", "timeStamp"), STOCK),
    )
}
INNER: Final = {
    "Contact": "contactID",
    "CustomFieldValue": "customFieldValueID",
    "EmployeeRight": "employeeRightID",
    "ItemComponent": "itemComponentID",
    "ItemVendorNum": "itemVendorNumID",
    "Note": "noteID",
    "SaleAccount": "saleAccountID",
}
"""Records that are only met inside others, with their keys."""
UNNUMBERED: Final = frozenset({"Note"})
"""Records that do not tell their key, as recorded."""


def key_of(entity: str) -> str:
    """The primary key of a resource, or of a record inside one."""
    return ENTITIES[entity].key if entity in ENTITIES else INNER[entity]


@dataclass(frozen=True)
class Asked:
    """Relations that a request loads: each with those below it."""

    below: dict[str, "Asked"] = field(default_factory=dict)
