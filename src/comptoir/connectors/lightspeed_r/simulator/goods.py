"""Goods of a shop, with whatever can hang on an item (sheet section 9.12)."""

from decimal import Decimal
from typing import Final

from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.opening import FOUNDED
from comptoir.connectors.lightspeed_r.simulator.wire import Row

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
    stock = {"qoh": 40, "sellable": 40, "backorder": 0, "componentQoh": 0, "componentBackorder": 0}
    orders = {"reorderPoint": 0, "reorderLevel": 0, "timeStamp": FOUNDED, "itemID": made["itemID"]}
    for shop_id in (*(int(each["shopID"]) for each in books.all("Shop")), 0):
        books.add("ItemShop", {**stock, **orders, "shopID": shop_id})
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
