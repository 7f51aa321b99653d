"""What the R-Series sheet says of each resource (section 9), written down again: nothing can get lost unseen."""

from typing import Final

RELATIONS: Final = {
    "Shop": ("Contact", "ReceiptSetup", "TaxCategory", "ShelfLocations", "Registers", "CCGateway", "PriceLevel"),
    "RegisterCount": ("RegisterCountAmounts", "RegisterCountAmounts.PaymentType"),
    "Employee": ("Contact", "EmployeeRole", "EmployeeRole.EmployeeRights", "EmployeeRights"),
    "Sale": (
        *("SaleLines", "SaleLines.Discount", "SaleLines.TaxClass", "SaleLines.Note", "SaleLines.Item"),
        *("SaleLines.InventorySales", "SaleNotes", "SalePayments", "SalePayments.PaymentType"),
        *("SalePayments.CCCharge", "SalePayments.SaleAccounts", "SalePayments.Signatures", "ShipTo", "ShipTo.Contact"),
        *("Customer", "Customer.Contact", "Discount", "TaxCategory", "TaxCategory.TaxCategoryClasses", "Quote"),
    ),
    "SaleLine": ("Discount", "TaxClass", "TaxCategory", "Note", "Item", "InventorySales"),
    "SalePayment": ("PaymentType", "CCCharge", "SaleAccounts", "Signatures", "ProcessingFees"),
    "Item": (
        *("Category", "TaxClass", "ItemAttributes", "ItemAttributes.ItemAttributeSet", "Manufacturer", "Note"),
        *("Images", "ItemShops", "ItemVendorNums", "ItemComponents", "ItemECommerce", "TagRelations"),
        *("TagRelations.Tag", "CustomFieldValues", "CustomFieldValues.value", "ItemPrices"),
    ),
    "Category": ("Parent",),
    "Customer": (
        *("Contact", "CustomerType", "Discount", "Note", "TaxCategory", "CreditAccount", "Tags"),
        *("CustomFieldValues", "CustomFieldValues.value"),
    ),
    "TaxCategory": ("TaxCategoryClasses", "TaxCategoryClasses.TaxClass"),
}
SORTS: Final = {
    "Shop": ("shopID",),
    "Register": ("registerID",),
    "RegisterCount": ("registerCountID",),
    "RegisterWithdraw": ("registerWithdrawID",),
    "Employee": ("employeeID", "timeStamp"),
    "EmployeeHours": ("employeeHoursID",),
    "Sale": ("saleID", "timeStamp", "completeTime", "updatetime"),
    "SaleLine": ("saleLineID", "timeStamp", "saleID"),
    "SalePayment": ("salePaymentID", "timeStamp", "saleID"),
    "SaleVoid": ("saleVoidID", "saleID"),
    "PaymentType": ("paymentTypeID",),
    "Item": ("itemID", "timeStamp", "description"),
    "ItemShop": ("itemShopID", "timeStamp"),
    "Category": ("categoryID", "timeStamp", "leftNode", "rightNode"),
    "Customer": ("customerID", "timeStamp", "firstName", "lastName"),
    "CustomerType": ("customerTypeID",),
    "Discount": ("discountID", "timeStamp"),
    "TaxCategory": ("taxCategoryID", "timeStamp"),
    "TaxCategoryClass": ("taxCategoryClassID", "timeStamp"),
    "TaxClass": ("taxClassID", "timeStamp"),
    "CreditAccount": ("creditAccountID", "timeStamp", "customerID"),
}
"""The first is the primary id. Those of the tax classes and the customer types are assumed, the sheet names none."""
FIELDS: Final = {
    "Shop": """shopID name timeZone serviceRate taxLabor labelMsrp archived zebraBrowserPrint labelTitle
        companyRegistrationNumber vatNumber contactID taxCategoryID receiptSetupID ccGatewayID priceLevelID
        gatewayConfigID timeStamp""",
    "Register": "registerID name open openTime archived tipEnabled openEmployeeID shopID ccTerminalID",
    "RegisterCount": "registerCountID createTime openTime notes registerID openEmployeeID closeEmployeeID",
    "RegisterWithdraw": "registerWithdrawID amount createTime notes employeeID paymentTypeID registerID",
    "Employee": """employeeID firstName lastName lockOut archived timeStamp contactID clockInEmployeeHoursID
        employeeRoleID limitToShopID lastShopID lastSaleID lastRegisterID""",
    "EmployeeHours": "employeeHoursID checkIn employeeID shopID",
    "Sale": """saleID ticketNumber timeStamp createTime updatetime completed archived voided enablePromotions
        isTaxInclusive tipEnabled referenceNumber referenceNumberSource receiptPreference tax1Rate tax2Rate change
        discountPercent discountID calcSubtotal calcDiscount calcTaxable calcNonTaxable calcTax1 calcTax2 taxTotal
        calcTotal total displayableSubtotal displayableTotal totalDue calcPayments calcTips balance calcAvgCost
        calcFIFOCost customerID employeeID tipEmployeeID quoteID registerID shipToID shopID taxCategoryID""",
    "SaleLine": """saleLineID saleID createTime timeStamp unitQuantity unitPrice normalUnitPrice discountAmount
        discountPercent calcSubtotal calcLineDiscount calcTransactionDiscount displayableSubtotal displayableUnitPrice
        calcTax1 calcTax2 calcTotal tax tax1Rate tax2Rate taxClassID taxCategoryID avgCost fifoCost isLayaway
        isSpecialOrder isWorkorder parentSaleLineID itemID discountID employeeID customerID noteID shopID lineType
        itemFeeID""",
    "SalePayment": """salePaymentID amount tipAmount createTime archived remoteReference paymentID saleID paymentTypeID
        ccChargeID refPaymentID registerID employeeID creditAccountID""",
    "SaleVoid": "saleVoidID createTime reason saleID employeeID shopID",
    "PaymentType": "paymentTypeID name requireCustomer archived internalReserved type refundAsPaymentTypeID",
    "Item": """itemID systemSku defaultCost avgCost discountable tax archived itemType serialized description modelYear
        upc ean customSku manufacturerSku createTime timeStamp publishToEcom categoryID taxClassID departmentID
        itemMatrixID manufacturerID seasonID defaultVendorID Prices""",
    "ItemShop": "itemShopID qoh sellable reorderPoint itemID shopID timeStamp",
    "Category": "categoryID name nodeDepth fullPathName leftNode rightNode createTime timeStamp parentID",
    "Customer": """customerID firstName lastName title company companyRegistrationNumber vatNumber creditAccountID
        customerTypeID discountID taxCategoryID createTime timeStamp archived""",
    "CustomerType": "customerTypeID name taxCategoryID discountID",
    "Discount": "discountID name discountAmount discountPercent requireCustomer archived timeStamp",
    "TaxCategory": "taxCategoryID isTaxInclusive tax1Name tax2Name tax1Rate tax2Rate timeStamp",
    "TaxCategoryClass": "taxCategoryClassID tax1Rate tax2Rate timeStamp taxCategoryID taxClassID",
    "TaxClass": "taxClassID name timeStamp",
    "CreditAccount": """creditAccountID name code creditLimit description giftCard archived timeStamp customerID
        balance""",
}
"""Keys that stand in every record; date-times that may be unset and newer, undocumented ones are not among them."""
REPORTS: Final = {
    "TaxClassSalesByDay": ("SalesDay", "date taxClassID taxClassName shopID subtotal fifoCost avgCost"),
    "PaymentsByDay": ("Payments", "date shopID amount paymentTypeName paymentTypeID"),
    "TaxesByDay": ("Taxes", "date shopID taxCategoryID taxCategoryName tax"),
    "DiscountsByDay": ("Discounts", "date shopID discount"),
}
