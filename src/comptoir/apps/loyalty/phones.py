"""Mobile numbers: read as people type them, kept as E.164, shown as far as a role may see (loyalty.md 1.3, 1.9)."""

import re
from typing import Final

import phonenumbers
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from comptoir.core.accounts.roles import Role, may
from comptoir.kernel.errors import RuleBroken

LONGEST: Final = 40
MOBILE: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def parse(text: str, *, country: str) -> str:
    """A mobile number as E.164, such as +33612345642.

    Accepts +33…, 0033…, 33… and, with `country` (ISO 3166, two letters), national numbers; spaces, dots and dashes are
    ignored. Raises RuleBroken with code `phone_invalid` or `phone_not_mobile` (422).
    """
    number, is_mobile = parse_any(text, country=country)
    if not is_mobile:
        raise RuleBroken(
            _("This is not a mobile number. Points need a mobile number."), code="phone_not_mobile", status=422
        )
    return number


def parse_any(text: str, *, country: str) -> tuple[str, bool]:
    """As `parse`, for lists from elsewhere: a landline too, with whether it is a mobile number, which receives SMS."""
    for candidate in _candidates(text.strip()):
        number = _read(candidate, country)
        if number is not None:
            is_mobile = phonenumbers.number_type(number) in MOBILE
            return phonenumbers.format_number(number, PhoneNumberFormat.E164), is_mobile
    raise RuleBroken(
        _("This is not a whole phone number. Check the digits, or start with + and the country code."),
        code="phone_invalid",
        status=422,
    )


def _candidates(text: str) -> tuple[str, ...]:
    """Readings to try, in order. Outside countries that dial 00, it is a + all the same; so are bare digits."""
    if len(text) > LONGEST:
        return ()
    if text.startswith("00"):
        return (f"+{text[2:]}",)
    return (text,) if text.startswith("+") else (text, f"+{text}")


def _read(text: str, country: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) and not number.extension else None


def readable(phone: str) -> str:
    """+33 6 12 34 56 42; empty for a member whose number was erased."""
    if not phone:
        return ""
    return phonenumbers.format_number(phonenumbers.parse(phone), PhoneNumberFormat.INTERNATIONAL)


def masked(phone: str) -> str:
    """+33 6 ** ** ** 42: enough to recognise one's own number, too little to note somebody else's (loyalty.md 1.9)."""
    country, _space, national = readable(phone).partition(" ")
    hidden = re.sub(r"\d", "*", national[1:-2])
    return f"{country} {national[:1]}{hidden}{national[-2:]}".strip()


def searched_digits(text: str) -> str:
    """What to look for inside E.164 numbers when somebody types part of a number: digits, without a leading zero."""
    return re.sub(r"\D", "", text).lstrip("0")


def phone_of(role: Role, phone: str) -> str:
    """Whole for the owner, masked for everybody else (loyalty.md 1.9)."""
    shown = readable(phone) if may(role, "loyalty.phones") else masked(phone)
    return shown or _("erased")
