"""The resources of the Retail API, each as its endpoint page describes it (sheet section 9)."""

from typing import Final

from comptoir.connectors.lightspeed_r.simulator.entities import Entity, Many, Relation, one
from comptoir.connectors.lightspeed_r.simulator.item_resources import ITEM_RESOURCES
from comptoir.connectors.lightspeed_r.simulator.sale_resources import SALE_RESOURCES
from comptoir.connectors.lightspeed_r.simulator.scopes import ALL, COUNTS, EDITED, KEPT, MADE, PEOPLE, SHOPS, STAFF

_SHOPS: Final = (
    Entity(
        "Shop",
        "shopID",
        ("shopID",),
        SHOPS,
        (
            one("Contact", "contactID"),
            one("ReceiptSetup", "receiptSetupID"),
            one("TaxCategory", "taxCategoryID"),
            Relation("ShelfLocations", "ShelfLocation", "shopID"),
            Relation("Registers", "Register", "shopID"),
            one("CCGateway", "ccGatewayID"),
            one("PriceLevel", "priceLevelID"),
        ),
        ("Contact", "ReceiptSetup", "TaxCategory", "ShelfLocations", "Registers", "CCGateway", "PriceLevel"),
        methods=EDITED,
    ),
    Entity("Register", "registerID", ("registerID",), SHOPS, methods=KEPT),
    Entity(
        "RegisterCount",
        "registerCountID",
        ("registerCountID",),
        COUNTS,
        (Relation("RegisterCountAmounts", "RegisterCountAmount", "registerCountID"),),
        ("RegisterCountAmounts", "RegisterCountAmounts.PaymentType"),
    ),
    Entity(
        "RegisterWithdraw",
        "registerWithdrawID",
        ("registerWithdrawID",),
        COUNTS,
        (one("PaymentType", "paymentTypeID"),),
        ("PaymentType",),
        methods=MADE,
    ),
)
_STAFF: Final = (
    Entity(
        "Employee",
        "employeeID",
        ("employeeID", "timeStamp"),
        STAFF,
        (
            one("Contact", "contactID"),
            one("EmployeeRole", "employeeRoleID"),
            Relation("EmployeeRights", "EmployeeRight", "_employeeID"),
        ),
        ("Contact", "EmployeeRole", "EmployeeRole.EmployeeRights", "EmployeeRights"),
        methods=ALL,
    ),
    Entity(
        "EmployeeRole",
        "employeeRoleID",
        ("employeeRoleID",),
        STAFF,
        (Relation("EmployeeRights", "EmployeeRight", "_employeeRoleID"),),
        ("EmployeeRights",),
    ),
    Entity(
        "EmployeeHours",
        "employeeHoursID",
        ("employeeHoursID",),
        STAFF,
        methods=ALL,
        removes=True,
        unset=frozenset({"checkOut"}),
    ),
)
_PEOPLE: Final = (
    Entity(
        "Customer",
        "customerID",
        ("customerID", "timeStamp", "firstName", "lastName"),
        PEOPLE,
        (
            one("Contact", "contactID"),
            one("CustomerType", "customerTypeID"),
            one("Discount", "discountID"),
            one("Note", "noteID", numbered=False),
            one("TaxCategory", "taxCategoryID"),
            one("CreditAccount", "creditAccountID"),
            Relation("Tags", "Tag", "_customerID"),
            Relation("CustomFieldValues", "CustomFieldValue", "_customerID"),
        ),
        (
            *("Contact", "CustomerType", "Discount", "Note", "TaxCategory", "CreditAccount", "Tags"),
            *("CustomFieldValues", "CustomFieldValues.value"),
        ),
        methods=ALL,
        unset=frozenset({"dob"}),
    ),
    Entity("CustomerType", "customerTypeID", ("customerTypeID",), PEOPLE, methods=EDITED),
    Entity(
        "CreditAccount",
        "creditAccountID",
        ("creditAccountID", "timeStamp", "customerID"),
        ("customers", "customers_read"),
        methods=ALL,
    ),
)
ENTITIES: Final = {each.name: each for each in (*_SHOPS, *_STAFF, *SALE_RESOURCES, *ITEM_RESOURCES, *_PEOPLE)}

_INNER: Final = (
    Entity("Contact", "contactID", (), ()),
    Entity("CCCharge", "ccChargeID", (), ()),
    Entity("CCGateway", "ccGatewayID", (), ()),
    Entity("CustomFieldValue", "customFieldValueID", (), ()),
    Entity("EmployeeRight", "employeeRightID", (), ()),
    Entity("Image", "imageID", (), ()),
    Entity("InventorySale", "inventorySaleID", (), ()),
    Entity(
        "ItemAttributes",
        "itemAttributesID",
        (),
        (),
        (one("ItemAttributeSet", "itemAttributeSetID"),),
    ),
    Entity("ItemAttributeSet", "itemAttributeSetID", (), ()),
    Entity("ItemComponent", "itemComponentID", (), ()),
    Entity("ItemECommerce", "itemECommerceID", (), ()),
    Entity("ItemPrice", "itemPriceID", (), ()),
    Entity("ItemVendorNum", "itemVendorNumID", (), ()),
    Entity("Manufacturer", "manufacturerID", (), ()),
    Entity("Note", "noteID", (), ()),
    Entity("PriceLevel", "priceLevelID", (), ()),
    Entity("ProcessingFee", "salePaymentProcessingFeeID", (), ()),
    Entity("Quote", "quoteID", (), ()),
    Entity("ReceiptSetup", "receiptSetupID", (), ()),
    Entity("RegisterCountAmount", "registerCountAmountID", (), (), (one("PaymentType", "paymentTypeID"),)),
    Entity("SaleAccount", "saleAccountID", (), ()),
    Entity("SaleNotes", "saleNotesID", (), ()),
    Entity("SalePaymentSignature", "salePaymentSignatureID", (), ()),
    Entity("ShelfLocation", "shelfLocationID", (), ()),
    Entity("ShipTo", "shipToID", (), (), (one("Contact", "_contactID"),)),
    Entity("Tag", "tagID", (), ()),
    Entity("TagRelation", "tagRelationID", (), (), (one("Tag", "tagID"),)),
)
RECORDS: Final = ENTITIES | {each.name: each for each in _INNER}
"""The resources, and the records that are only met inside others."""
UNNUMBERED: Final = frozenset({"ItemAttributes", "ItemPrice", "SaleNotes"})
"""Records that do not tell their key."""


def _foreign() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for entity in RECORDS.values():
        for relation in entity.relations:
            if relation.many is Many.MANY:
                found.setdefault(relation.entity, set()).add(relation.key)
    return {name: tuple(sorted(keys)) for name, keys in found.items()}


FOREIGN: Final = _foreign()
"""By record: the keys that lead to what it belongs to."""


def key_of(entity: str) -> str:
    """The primary key of a resource, or of a record inside one."""
    return RECORDS[entity].key
