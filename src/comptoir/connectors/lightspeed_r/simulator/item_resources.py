"""Goods, their stock and where they come from (sheet 9.12, 9.13)."""

from typing import Final

from comptoir.connectors.lightspeed_r.simulator.entities import Entity, Relation, one
from comptoir.connectors.lightspeed_r.simulator.scopes import ALL, STOCK

ITEM_RESOURCES: Final = (
    Entity(
        "Item",
        "itemID",
        ("itemID", "timeStamp", "description"),
        STOCK,
        (
            one("Category", "categoryID"),
            one("TaxClass", "taxClassID"),
            one("ItemAttributes", "_itemAttributesID"),
            one("Manufacturer", "manufacturerID"),
            one("Note", "_noteID", numbered=False),
            Relation("Images", "Image", "itemID"),
            Relation("ItemShops", "ItemShop", "itemID"),
            Relation("ItemVendorNums", "ItemVendorNum", "itemID"),
            Relation("ItemComponents", "ItemComponent", "assemblyItemID"),
            one("ItemECommerce", "itemECommerceID"),
            Relation("TagRelations", "TagRelation", "_itemID"),
            Relation("CustomFieldValues", "CustomFieldValue", "_itemID"),
            Relation("ItemPrices", "ItemPrice", "_itemID"),
        ),
        (
            *("Category", "TaxClass", "ItemAttributes", "ItemAttributes.ItemAttributeSet", "Manufacturer", "Note"),
            *("Images", "ItemShops", "ItemVendorNums", "ItemComponents", "ItemECommerce", "TagRelations"),
            *("TagRelations.Tag", "CustomFieldValues", "CustomFieldValues.value", "ItemPrices"),
        ),
        methods=ALL,
    ),
    Entity("ItemShop", "itemShopID", ("itemShopID", "timeStamp"), STOCK),
    Entity(
        "Category",
        "categoryID",
        ("categoryID", "timeStamp", "leftNode", "rightNode"),
        ("categories", *STOCK),
        (one("Parent", "parentID", "Category"),),
        ("Parent",),
        methods=ALL,
        removes=True,
    ),
    Entity("Vendor", "vendorID", ("vendorID", "timeStamp", "name"), ("vendors", *STOCK), methods=ALL),
    Entity(
        "Order",
        "orderID",
        ("orderID", "timeStamp"),
        ("purchase_orders", *STOCK),
        (one("Vendor", "vendorID"),),
        ("Vendor",),
    ),
    Entity("Shipment", "shipmentID", ("shipmentID", "timeStamp"), ("purchase_orders", *STOCK)),
)
