"""A file of members as somebody's spreadsheet wrote it: its encoding, its separator, its columns, its rows. Pure."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from comptoir.apps.loyalty import phones
from comptoir.apps.loyalty.members import profile
from comptoir.kernel.errors import RuleBroken

LARGEST: Final = 10_000_000
MOST_ROWS: Final = 100_000
SEPARATORS: Final = (";", ",", "\t", "|")
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "phone": ("phone", "mobile", "telephone", "tel", "numero", "portable", "gsm", "number"),
    "first_name": ("firstname", "prenom", "givenname"),
    "last_name": ("lastname", "nom", "surname", "familyname", "name", "nomdefamille"),
    "email": ("email", "mail", "courriel", "adresseemail", "emailaddress"),
    "gender": ("gender", "genre", "sexe", "sex", "civilite"),
    "birthday": ("birthday", "birthdate", "dateofbirth", "anniversaire", "datedenaissance", "naissance"),
    "tags": ("tags", "tag", "etiquettes", "labels"),
    "source": ("source", "origine", "origin"),
    "note": ("note", "notes", "comment", "commentaire", "remarque"),
    "points": ("points", "balance", "solde", "soldepoints", "pointsbalance"),
    "sms_consent": ("sms", "smsoptin", "optinsms", "smsconsent", "hasoptin", "optin", "consentementsms"),
    "sms_consent_at": ("smsoptinat", "optinsmsdate", "smsconsentat", "dateoptinsms", "dateoptin", "optindate"),
    "email_consent": ("emailoptin", "optinemail", "emailconsent", "hasoptinemail", "newsletter", "consentementemail"),
    "email_consent_at": ("emailoptinat", "optinemaildate", "emailconsentat", "dateoptinemail"),
}
PLAIN: Final = ("first_name", "last_name", "email", "source", "note")
YES: Final = frozenset({"1", "true", "yes", "oui", "y", "o", "x", "vrai", "opt-in", "optin"})
NO: Final = frozenset({"0", "false", "no", "non", "n", "faux", "opt-out", "optout", "stop"})
GENDERS: Final = {
    **dict.fromkeys(("m", "man", "male", "homme", "h", "mr", "m.", "monsieur"), "man"),
    **dict.fromkeys(("f", "w", "woman", "female", "femme", "mme", "mlle", "madame"), "woman"),
    **dict.fromkeys(("other", "autre"), "other"),
}
DAYS: Final = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
LARGEST_BALANCE: Final = 10_000_000


@dataclass(frozen=True)
class Sheet:
    """A file as it was understood. `rows` are without the header; the first one is row 2, as a spreadsheet counts."""

    encoding: str
    separator: str
    header: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Said:
    """Consent as a row tells it; `at` is None for a no without its moment."""

    channel: str
    value: bool
    at: datetime | None


@dataclass
class Row:
    """One row as it will be brought in. `refusal` is why it will not be; `remarks` are what was left out or marked."""

    number: int
    phone: str = ""
    receives_sms: bool = True
    fields: dict[str, Any] = field(default_factory=dict)
    points: int = 0
    consents: list[Said] = field(default_factory=list)
    refusal: str = ""
    remarks: list[str] = field(default_factory=list)


def sheet(content: bytes) -> Sheet:
    """Raises RuleBroken `file_unreadable` (422): no text, nothing in it, or too much."""
    if len(content) > LARGEST:
        raise unreadable()
    text, encoding = decoded(content)
    if "\0" in text:
        raise unreadable()
    separator = _separator(text)
    try:
        lines = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(each.strip() for each in row)]
    except csv.Error as error:
        raise unreadable() from error
    if len(lines) < 2 or len(lines) > MOST_ROWS + 1:
        raise unreadable()
    return Sheet(encoding, separator, [each.strip() for each in lines[0]], lines[1:])


def unreadable() -> RuleBroken:
    """Told in words by the page."""
    return RuleBroken(_("This is no list that can be read."), code="file_unreadable", status=422)


WINDOWS_SIGNS: Final = frozenset(bytes(range(0x80, 0xA0)).decode("cp1252", errors="ignore"))


def decoded(content: bytes) -> tuple[str, str]:
    """The text and the encoding it was in; what is no Unicode is taken for Western Windows, as spreadsheets write."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as error:
            raise unreadable() from error
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "Windows-1252"


def repaired(text: str) -> str:
    """Accents that were decoded wrongly once or twice, put right when that is certain (loyalty.md E47).

    Certain is: the text is, byte for byte, UTF-8 that was read as Western Windows, and what comes out are letters of
    European or Vietnamese names. Without the second, a right "Çœ" would become "ǜ".
    """
    for _twice in range(2):
        if text.isascii():
            return text
        try:
            once = text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return text
        if not all(_is_of_names(each) for each in once):
            return text
        text = once
    return text


def _is_of_names(character: str) -> bool:
    """Latin letters up to Extended-A, Vietnamese ones, quotation marks, and what is left of them half-way."""
    return character <= "\u017f" or "\u1ea0" <= character <= "\u1eff" or character in WINDOWS_SIGNS


def guessed(header: Sequence[str]) -> dict[str, int]:
    """Which column holds what, by its name; each column once."""
    plain = [_plain(each) for each in header]
    found: dict[str, int] = {}
    for name, words in COLUMNS.items():
        for word in words:
            if word in plain and plain.index(word) not in found.values():
                found[name] = plain.index(word)
                break
    return found


def rows(read: Sheet, columns: Mapping[str, int], *, country: str, today: date) -> Iterator[Row]:
    """Every row of a sheet; the second row of one number is refused."""
    seen: dict[str, int] = {}
    for number, cells in enumerate(read.rows, start=2):
        found = _row(number, {name: _cell(cells, place) for name, place in columns.items()}, country, today)
        if found.phone in seen and not found.refusal:
            found.refusal = "twice"
        elif not found.refusal:
            seen[found.phone] = number
        yield found


def _row(number: int, said: Mapping[str, str], country: str, today: date) -> Row:
    found = Row(number)
    try:
        found.phone, found.receives_sms = phones.parse_any(said.get("phone", ""), country=country)
    except RuleBroken as refused:
        found.refusal = refused.code
        return found
    if not found.receives_sms:
        found.remarks.append("landline")
    for name in (*PLAIN, "birthday", "gender", "tags"):
        if not said.get(name):
            continue
        try:
            found.fields |= profile.cleaned({name: _value(name, said[name])}, today=today)
        except (RuleBroken, ValueError):
            found.remarks.append(f"{name}_left_out")
    if said.get("points"):
        _points(found, said["points"])
    for channel in ("sms", "email"):
        _consent(found, channel, said)
    return found


def _value(name: str, text: str) -> Any:
    """Raises ValueError for what cannot be read."""
    match name:
        case "birthday":
            return _day(text)
        case "gender":
            if (plain := text.lower()) not in GENDERS:
                raise ValueError(plain)
            return GENDERS[plain]
        case "tags":
            return re.split(r"[,;|]", text)
        case _:
            return text


def _points(found: Row, text: str) -> None:
    """Whole points; a balance with a fraction is rounded down, one below 0 is left out."""
    plain = re.sub(r"[\s\u202f\u00a0]", "", text).replace(",", ".")
    match = re.fullmatch(r"(\d{1,9})(\.\d+)?", plain)
    if match is None or int(match[1]) > LARGEST_BALANCE:
        found.remarks.append("points_left_out")
        return
    found.points = int(match[1])
    if match[2] and int(match[2][1:]):
        found.remarks.append("points_rounded")


def _consent(found: Row, channel: str, said: Mapping[str, str]) -> None:
    """A yes only with its moment; a no always."""
    value = said.get(f"{channel}_consent", "").lower()
    if value in NO:
        found.consents.append(Said(channel, False, _moment(said.get(f"{channel}_consent_at", ""))))
    elif value in YES:
        at = _moment(said.get(f"{channel}_consent_at", ""))
        if at is None:
            found.remarks.append(f"{channel}_consent_without_time")
        else:
            found.consents.append(Said(channel, True, at))
    elif value:
        found.remarks.append(f"{channel}_consent_unclear")


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        try:
            at = datetime.combine(_day(text), datetime.min.time())
        except ValueError:
            return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _day(text: str) -> date:
    for pattern in DAYS:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    raise ValueError(text)


def _cell(cells: Sequence[str], place: int) -> str:
    return repaired(cells[place].strip()) if 0 <= place < len(cells) else ""


def _plain(text: str) -> str:
    folded = repaired(text).lower().translate(str.maketrans("éèêàâçîôû", "eeeaaciou"))
    return re.sub(r"[^a-z0-9]", "", folded)


def _separator(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=first.count)
