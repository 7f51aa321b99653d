"""What an account has before its first sale: shops, registers, people, taxes, goods (sheet section 9)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.fields import texts, truth
from comptoir.connectors.lightspeed_r.simulator.rights import RIGHTS
from comptoir.connectors.lightspeed_r.simulator.wire import Row

FOUNDED: Final = datetime(2024, 1, 2, 17, 0, tzinfo=UTC)
BOXES: Final = ("Addresses", "Phones", "Emails", "Websites")
PAYMENT_TYPES: Final = (
    ("Cash", "cash"),
    ("Check", "user defined"),
    ("Credit Card", "credit card"),
    ("Credit Account", "credit account"),
    ("Gift Card", "gift card"),
    ("Debit Card", "user defined"),
)


def shop(books: Books, name: str, *, timezone: str, tax_category_id: int = 1) -> Row:
    """A shop with one register."""
    contact = books.add("Contact", _contact())
    receipt = {"generalMsg": "", "workorderAgree": "", "creditcardAgree": "", "logo": "", "header": name}
    printed = books.add("ReceiptSetup", {**receipt, "logoHeight": 0, "logoWidth": 0})
    made = books.add(
        "Shop",
        {
            "name": name,
            "serviceRate": Decimal(0),
            "timeZone": timezone,
            "taxLabor": False,
            "labelTitle": "Shop Name",
            "labelMsrp": False,
            "archived": False,
            "timeStamp": FOUNDED,
            "companyRegistrationNumber": "",
            "vatNumber": "",
            "zebraBrowserPrint": False,
            "contactID": contact["contactID"],
            "taxCategoryID": tax_category_id,
            "receiptSetupID": printed["receiptSetupID"],
            "ccGatewayID": 1,
            "gatewayConfigID": "",
            "priceLevelID": 1,
        },
    )
    books.add("ShelfLocation", {"name": "Window", "archived": False, "shopID": made["shopID"]})
    register(books, f"{name} 1", shop_id=int(made["shopID"]))
    return made


def register(books: Books, name: str, *, shop_id: int) -> Row:
    """One more register of a shop."""
    return books.add(
        "Register",
        {
            "name": name,
            "open": True,
            "openTime": FOUNDED,
            "archived": False,
            "tipEnabled": False,
            "openEmployeeID": 1,
            "shopID": shop_id,
            "ccTerminalID": 0,
        },
    )


def employee(books: Books, first_name: str, last_name: str, *, archived: bool = False) -> Row:
    """Somebody who works there, or did."""
    contact = books.add(
        "Contact",
        _contact(
            Phones={"ContactPhone": {"number": "555 0100", "useType": "Work"}},
            Emails={"ContactEmail": {"address": f"{first_name.lower()}@example.com", "useType": "Primary"}},
        ),
    )
    return books.add(
        "Employee",
        {
            "firstName": first_name,
            "lastName": last_name,
            "accessPin": "",
            "lockOut": False,
            "archived": archived,
            "timeStamp": FOUNDED,
            "contactID": contact["contactID"],
            "clockInEmployeeHoursID": 0,
            "employeeRoleID": 1,
            "limitToShopID": 0,
            "lastShopID": 1,
            "lastSaleID": 0,
            "lastRegisterID": 1,
        },
    )


def furnish(books: Books, *, tax1: str = "0.05", tax2: str = "0.09975") -> None:
    """Taxes, payment types, a category, a discount, a supplier with an order, and the owner's role."""
    role = books.add("EmployeeRole", {"name": "Owner"})
    for right in RIGHTS:
        books.add("EmployeeRight", {"name": right, "_employeeRoleID": role["employeeRoleID"]})
    books.add(
        "TaxCategory",
        {
            "isTaxInclusive": False,
            "tax1Name": "State",
            "tax2Name": "City" if Decimal(tax2) else "",
            "tax1Rate": Decimal(tax1),
            "tax2Rate": Decimal(tax2),
            "timeStamp": FOUNDED,
        },
    )
    for name in ("Item", "Labor"):
        books.add("TaxClass", {"name": name, "timeStamp": FOUNDED})
    books.add("PriceLevel", {"name": "Default", "archived": False})
    gateway = {"name": "", "marketType": "2", "deviceType": 5, "hashValue": "", "enabled": True, "testMode": False}
    cards = {f"{name}PaymentTypeID": 3 for name in ("visa", "master", "discover", "american")}
    terminal = {"gateway": "", "terminalNum": "", "allowCredits": False, "archived": False}
    books.add("CCGateway", {**gateway, **terminal, **cards, "debitPaymentTypeID": 6})
    for name, kind in PAYMENT_TYPES:
        facts = {"name": name, "requireCustomer": False, "archived": False, "internalReserved": kind != "user defined"}
        books.add("PaymentType", {**facts, "type": kind, "refundAsPaymentTypeID": 0})
    node = {"nodeDepth": 0, "leftNode": 1, "rightNode": 2, "createTime": FOUNDED, "timeStamp": FOUNDED, "parentID": 0}
    books.add("Category", {"name": "Paper", "fullPathName": "Paper", **node})
    discount = {"discountPercent": Decimal("0.1"), "requireCustomer": False, "archived": False, "timeStamp": FOUNDED}
    origin = {"sourceID": 2, "createTime": FOUNDED}
    books.add("Discount", {"name": "Ten percent", "discountAmount": Decimal(0), **discount, **origin})
    books.add("CustomerType", {"name": "Regulars", "taxCategoryID": 0, "discountID": 0})
    books.add("Vendor", {"name": "Bob’s Paper Mill", "archived": False, "accountNumber": "", "timeStamp": FOUNDED})
    order = {"shipInstructions": "", "stockInstructions": "", "complete": True, "archived": False, "vendorID": 1}
    books.add("Order", {**order, "shopID": 1, "orderedDate": FOUNDED, "createTime": FOUNDED, "timeStamp": FOUNDED})
    shipment = {"shipped": False, "archived": False, "orderID": 1, "shopID": 1, "timeStamp": FOUNDED}
    books.add("Shipment", shipment)
    customer(books, "Charlie", "Example")


def customer(books: Books, first_name: str, last_name: str) -> Row:
    """A customer whom the shop knows, with a note, a tag and a field of its own."""
    contact = books.add("Contact", _contact())
    note = books.add("Note", {"note": "Reads everything", "isPublic": False, "timeStamp": FOUNDED})
    made = books.add(
        "Customer",
        {
            "firstName": first_name,
            "lastName": last_name,
            "title": "",
            "company": "",
            "companyRegistrationNumber": "",
            "vatNumber": "",
            "creditAccountID": 0,
            "customerTypeID": 1,
            "discountID": 0,
            "taxCategoryID": 0,
            "createTime": FOUNDED,
            "timeStamp": FOUNDED,
            "archived": False,
            "contactID": contact["contactID"],
            "noteID": note["noteID"],
            "employeeID": 0,
        },
    )
    number = made["customerID"]
    books.add("Tag", {"name": "reader", "_customerID": number})
    field = {"customFieldID": 2, "name": "Favourite", "type": "string", "value": "Poems"}
    books.add("CustomFieldValue", {**field, "_customerID": number})
    return made


def contact_of(said: Any, *, at: datetime) -> Row:
    """A contact as a body tells it; the new ones want no mail unless told otherwise (9.14)."""
    told = said if isinstance(said, dict) else {}
    boxes = {name: texts(told.get(name)) if told.get(name) else "" for name in BOXES}
    wishes = {name: truth(told, name, default=True) for name in ("noEmail", "noPhone", "noMail")}
    return {"custom": str(told.get("custom") or ""), **wishes, "timeStamp": at, **boxes}


def _contact(**boxes: Any) -> Row:
    return contact_of({"noEmail": False, "noPhone": False, "noMail": False, **boxes}, at=FOUNDED)
