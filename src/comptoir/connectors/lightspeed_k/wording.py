"""The words of K-Series' notifications, against which kept bodies are packed: the shape of `rtn-open.json` and
`rtn-update-transitory.json`, and usual values.

Never change one of these: what is kept names the words it was packed with. Append another; the last is used.
"""

from typing import Final

OF_2026: Final = (
    b'"consumerRecord":{"id":0,"consumerRecordUUID":"","consumer":{"id":0,"recordId":null,"firstSeenByBusinessId":'
    b'null,"creationDate":null,"emailAddress":"","language":null,"ticketCount":null,"totalAmount":null,"gratuityAm'
    b'ount":null,"contactInformation":null},"contactInformation":{"id":null,"salutation":null,"firstName":"","last'
    b'Name":"","companyName":"","phoneNumber1":"","phoneNumber2":"","addressLine1":"","addressLine2":"","zipCode":'
    b'"","city":"","taxIdentifier":"","emailReceipts":true,"fullName":""},"consumerNotes":[],"externalReferences":'
    b'[]},"deliveryInformation":{"id":null,"enabled":false,"deliveryMode":"LOCAL","deliveryState":"IN_PRODUCTION",'
    b'"collectionCode":"","deliveryInfo":null,"deliveryDueTime":null,"deliveryTime":null,"deliveredTime":null,"pro'
    b'ductionDueTime":null,"prepaid":false,"deliveryOrigin":"API","deviceName":"iPad 1"},"VOID""RECALL""REFUND""SP'
    b'LIT""UPDATE""TRANSFER""FLOAT""TRANSITORY""CANCEL""TAKEAWAY""DELIVERY""EUR""CHF""GBP"{"notificationType": "CL'
    b'OSE", "account": {"id": 0, "uuid": null, "businessLocationId": , "name": "", "accountNumber": "A", "currency'
    b'Code": "EUR", "deviceId": , "deviceName": "", "staffId": , "staffName": "", "openDate": 17, "closeDate": 17,'
    b' "paidAmount": , "totalAmount": , "coverCount": 1, "gratuityAmount": 0, "receiptNumber": "R", "cancelled": f'
    b'alse, "accountProfileCode": "", "transactionLines": [{"id": , "parentLineId": null, "amount": , "unitAmount"'
    b': , "quantity": 1, "itemDescription": "", "itemSku": "", "active": true, "activeTax": {"code": "", "descript'
    b'ion": "", "rate": 1.1, "taxIncluded": true}, "subLines": [], "discounts": [], "tags": ""}], "paymentLines": '
    b'[{"id": , "currencyCode": "EUR", "gratuityAmount": 0, "amount": , "active": true, "paymentMethod": "CB", "pa'
    b'ymentMethodDescription": ""}], "discounts": [], "externalReferences": [], "consumerRecord": null, "taxAmount'
    b'": , "preTaxAmount": , "serviceCharge": 0, "orderMode": "DIRECT", "tableName": "Table ", "type": "SALE", "up'
    b'dateDate": 17, "offset": 60, "totalDiscount": 0, "status": "closed"}, "event": null, "retryCounter": 0, "bus'
    b'inessLocationId": "consumerRecord":null,"currentProductionPhase":0,"currentInsertionPhase":0,"accountObjectI'
    b'd":,"paymentInProgress":false,"latestExternalReferences":[{"prefix":"","reference":""}],"accountProfileName"'
    b':"","accountProfileId":"","originAccountId":,"originAccountNumber":"A","status":"open","notificationType":"O'
    b'PEN","notificationType":"UPDATE"{"notificationType":"CLOSE","account":{"id":,"uuid":null,"businessLocationId'
    b'":,"name":"","accountNumber":"A","currencyCode":"EUR","deviceId":,"deviceName":"","deviceIp":null,"staffId":'
    b',"staffName":"","staffEmail":null,"openDate":17,"closeDate":17,"closeDate":null,"paidAmount":0,"totalAmount"'
    b':,"coverCount":1,"gratuityAmount":0,"receiptNumber":"R","receiptNumber":null,"cancelled":false,"accountProfi'
    b'leCode":"","transactionLines":[{"id":,"parentLineId":null,"accountId":,"currencyCode":null,"amount":,"unitAm'
    b'ount":,"quantity":1,"staffId":,"staffName":"","staffEmail":null,"nameOverride":"","itemDescription":"","acco'
    b'untingGroupId":"","accountingGroupName":"","itemId":,"itemSku":"","date":17,"active":true,"deviceId":,"devic'
    b'eName":"","deviceIp":null,"activeTax":{"code":"","description":"","rate":1.2,"taxIncluded":true},"subLines":'
    b'[],"discounts":[],"tags":"","phase":0,"categories":[{"category":"default","value":""}]}],"paymentLines":[{"i'
    b'd":,"accountId":,"currencyCode":"EUR","gratuityAmount":0,"amount":,"staffId":null,"staffName":null,"staffEma'
    b'il":null,"date":17,"active":true,"paymentMethod":"","paymentMethodDescription":"","deviceId":,"deviceName":"'
    b'","deviceIp":null,"externalReference":null}],"paymentLines":[],"discounts":[],"externalReferences":[],"taxAm'
    b'ount":,"preTaxAmount":,"serviceCharge":0,"orderMode":"DIRECT","tableName":"Table ","type":"SALE","updateDate'
    b'":17,"offset":60,"totalDiscount":0,"status":"closed"},"event":null,"retryCounter":0,"businessLocationId":'
)
WORDINGS: Final = (OF_2026,)
