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
GOODS: Final = (
    ("Novel, paperback", "12.90", "6.20"),
    ("Novel, hardcover", "24.00", "12.00"),
    ("Picture book", "17.50", "8.10"),
    ("Street map", "8.95", "3.60"),
    ("Postcard", "1.20", "0.30"),
    ("Notebook, ruled", "9.99", "4.20"),
    ("Fountain pen", "39.00", "18.50"),
    ("Ink, blue", "7.50", "2.90"),
    ("Wrapping paper", "4.25", "1.40"),
    ("Puzzle, 1000 pieces", "21.00", "9.80"),
    ("Calendar", "14.10", "6.00"),
    ("Tote bag", "11.49", "4.80"),
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


def item(books: Books, description: str, price: str, cost: str, *, tax_class_id: int = 1) -> Row:
    """Something to sell, with its stock in all shops."""
    number = books.next_id("Item")
    note = books.add("Note", {"note": "", "isPublic": False, "timeStamp": FOUNDED})
    made = books.add(
        "Item",
        {
            "systemSku": f"21{number:010d}",
            "defaultCost": Decimal(cost),
            "avgCost": Decimal(cost),
            "discountable": True,
            "tax": True,
            "archived": False,
            "itemType": "default",
            "serialized": False,
            "description": description,
            "modelYear": 0,
            "upc": "",
            "ean": "",
            "customSku": f"AB{number:04d}",
            "manufacturerSku": "",
            "createTime": FOUNDED,
            "timeStamp": FOUNDED,
            "publishToEcom": False,
            "categoryID": 1,
            "taxClassID": tax_class_id,
            "departmentID": 0,
            "itemMatrixID": 0,
            "manufacturerID": 0,
            "seasonID": 0,
            "defaultVendorID": 1,
            "itemECommerceID": 0,
            "_noteID": note["noteID"],
            "Prices": {
                "ItemPrice": [
                    {"amount": price, "useTypeID": "1", "useType": "Default"},
                    {"amount": price, "useTypeID": "2", "useType": "MSRP"},
                ]
            },
        },
    )
    for shop_id in (*(int(each["shopID"]) for each in books.all("Shop")), 0):
        stock = {
            "qoh": 40,
            "sellable": 40,
            "backorder": 0,
            "componentQoh": 0,
            "componentBackorder": 0,
            "reorderPoint": 0,
        }
        books.add(
            "ItemShop",
            {**stock, "reorderLevel": 0, "timeStamp": FOUNDED, "itemID": made["itemID"], "shopID": shop_id},
        )
    return made


def box(books: Books, description: str, price: str, *, of: int, quantity: int) -> Row:
    """A box of another item, with what its supplier calls it and a field of the shop's own."""
    made = item(books, description, price, "0")
    number = made["itemID"]
    books.update("Item", int(number), itemType="box", categoryID=0)
    for stock in books.children("ItemShop", "itemID", int(number)):
        stock["m"] = {"layaways": "0", "specialorders": "0", "workorders": "0"}
    parts = {"quantity": quantity, "componentGroup": 1, "assemblyItemID": number, "componentItemID": of}
    books.add("ItemComponent", parts)
    books.add("ItemVendorNum", {"value": "8674-90", "timeStamp": FOUNDED, "itemID": number, "vendorID": 1})
    field = {"customFieldID": 1, "name": "Shelf", "type": "url", "value": "https://example.com/shelf"}
    books.add("CustomFieldValue", {**field, "_itemID": number})
    return made


def display(books: Books, item_id: int) -> None:
    """Whatever else an item can have: a maker, pictures, tags, attributes of its matrix, a place in a web shop."""
    maker = books.add("Manufacturer", {"name": "Bob’s Paper Mill", "createTime": FOUNDED, "timeStamp": FOUNDED})
    size = {"name": "Size", "attributeName1": "Size", "attributeName2": "", "attributeName3": ""}
    kind = books.add("ItemAttributeSet", {**size, "system": True, "archived": False})
    attributes = {"attribute1": "A5", "attribute2": "", "attribute3": ""}
    told = books.add("ItemAttributes", {**attributes, "itemAttributeSetID": kind["itemAttributeSetID"]})
    shop = {"longDescription": "", "shortDescription": "Ruled", "weight": Decimal("0.2"), "width": Decimal(0)}
    listed = books.add("ItemECommerce", {**shop, "height": Decimal(0), "length": Decimal(0), "listOnStore": True})
    books.update(
        "Item",
        item_id,
        manufacturerID=maker["manufacturerID"],
        itemECommerceID=listed["itemECommerceID"],
        _itemAttributesID=told["itemAttributesID"],
    )
    image = {"description": "", "filename": "notebook.jpg", "ordering": 0, "publicID": f"image-{item_id}"}
    books.add("Image", {**image, "baseImageURL": "https://images.example.com/", "itemID": item_id, "itemMatrixID": 0})
    tag = books.add("Tag", {"name": "school"})
    books.add("TagRelation", {"tagID": tag["tagID"], "_itemID": item_id})
    for number, use in ((1, "Default"), (2, "MSRP")):
        books.add("ItemPrice", {"amount": Decimal("9.99"), "useTypeID": number, "useType": use, "_itemID": item_id})


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
    books.add("Discount", {"name": "Ten percent", "discountAmount": Decimal(0), **discount})
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
