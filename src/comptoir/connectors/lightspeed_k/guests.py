"""Who a sale is for: facts beside it, for loyalty; pure. Nothing of this enters the canonical sale."""

from collections.abc import Iterable
from typing import Final

from comptoir.connectors.lightspeed_k import schemas
from comptoir.connectors.lightspeed_k.figures import text, uncut
from comptoir.pos.model import Identified

SEPARATOR: Final = ":"
"""Between prefix and reference, as the financial API writes them in one; a notification keeps them apart."""


def of_account(account: schemas.Account, location_id: str) -> tuple[Identified, ...]:
    """What a notification tells: the guest's record, and references of the account and of the guest."""
    record = account.consumer_record or schemas.ConsumerRecord()
    contact = record.contact_information or schemas.ContactInformation()
    references = [*(account.external_references or ()), *(record.external_references or ())]
    found = Identified(
        location_id=location_id,
        sale_id=str(account.account_number),
        phone=uncut(contact.phone_number1) or uncut(contact.phone_number2),
        email=uncut(record.consumer.email_address if record.consumer else None),
        first_name=text(contact.first_name),
        last_name=text(contact.last_name),
        references=_each_once(f"{uncut(each.prefix)}{SEPARATOR}{uncut(each.reference)}" for each in references),
    )
    return (found,) if _says_something(found) else ()


def of_sale(read: schemas.Sale, location_id: str) -> tuple[Identified, ...]:
    """What the financial API tells: references of the sale, and a guest for each payment that has another one."""
    references = _each_once(uncut(each) for each in read.external_references or ())
    consumers = [each.consumer for each in read.payments or () if each.consumer]
    found = [
        Identified(
            location_id=location_id,
            sale_id=str(read.account_fisc_id),
            phone=uncut(consumer.phone_number1) or uncut(consumer.phone_number2),
            email=uncut(consumer.email),
            first_name=text(consumer.first_name),
            last_name=text(consumer.last_name),
            references=references,
        )
        for consumer in consumers or [schemas.Consumer()]
    ]
    return tuple(each for place, each in enumerate(found) if _says_something(each) and each not in found[:place])


def _says_something(found: Identified) -> bool:
    return any((found.phone, found.email, found.first_name, found.last_name, found.references))


def _each_once(references: Iterable[str]) -> tuple[str, ...]:
    """In their order, without those that say nothing."""
    return tuple(dict.fromkeys(each for each in references if each.strip(SEPARATOR)))
