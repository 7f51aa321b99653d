"""Black out a person in a stored body: pure, and the body stays readable as what it was.

A person is known by telephone numbers and mail addresses, which name nobody else; never by a name alone. Where one of
them stands, the object around it is about that person: its other words of the kind that describe people go as well.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

ERASED: Final = "erased"
TAIL: Final = 9
"""Digits at the end of a number by which it is known, however its country is written before them."""
ABOUT_PEOPLE: Final = re.compile(
    r"name|mail|phone|mobile|contact|address|street|city|post|zip|birth|dob|gender|note|comment|company", re.IGNORECASE
)
A_PERSON: Final = re.compile(r"consumer|customer|guest|patron|buyer|contact|recipient|member", re.IGNORECASE)
"""What vendors call the object that everything about one person hangs from."""
NOT_DIGITS: Final = re.compile(r"\D")
BETWEEN: Final = r"[^0-9A-Za-z\"]{0,3}"
"""What people put between the digits of a number."""


@dataclass(frozen=True)
class Marks:
    """What names the person: mail addresses in lower case, and the last digits of telephone numbers."""

    mails: frozenset[str]
    tails: frozenset[str]

    @classmethod
    def of(cls, *, phones: Collection[str], mails: Collection[str]) -> "Marks":
        """Of whatever is known. What is too short to name anybody is left out."""
        digits = {NOT_DIGITS.sub("", each)[-TAIL:] for each in phones}
        return cls(
            frozenset(each.strip().lower() for each in mails if "@" in each),
            frozenset(each for each in digits if len(each) == TAIL),
        )

    def name(self, value: object) -> bool:
        """Whether a plain value names the person."""
        if isinstance(value, bool) or not isinstance(value, str | int):
            return False
        text = str(value)
        if any(mail in text.lower() for mail in self.mails):
            return True
        digits = NOT_DIGITS.sub("", text)
        return any(tail in digits for tail in self.tails)


def blackened(body: bytes, marks: Marks) -> bytes | None:
    """The body without the person; None when he is not in it."""
    try:
        content = json.loads(body)
    except (UnicodeDecodeError, ValueError, RecursionError):
        return _blackened_text(body, marks)
    without, found = _without(content, marks)
    return json.dumps(without, ensure_ascii=False, separators=(",", ":")).encode() if found else None


def _without(content: Any, marks: Marks) -> tuple[Any, bool]:
    """What is left, and whether anything had to go."""
    if isinstance(content, list):
        parts = [_without(each, marks) for each in content]
        return [part for part, _ in parts], any(found for _, found in parts)
    if not isinstance(content, dict):
        return (ERASED, True) if marks.name(content) else (content, False)
    if any(marks.name(value) for value in content.values()):
        return _stripped(content, marks), True
    left, found = {}, False
    for key, value in content.items():
        left[key], here = _without(value, marks)
        if here and A_PERSON.search(key):
            left[key] = _stripped(value, marks)
        found = found or here
    return left, found


def _stripped(content: Any, marks: Marks) -> Any:
    """What is about the person, without the words that describe people."""
    if isinstance(content, list):
        return [_stripped(each, marks) for each in content]
    if not isinstance(content, dict):
        return ERASED if marks.name(content) else content
    return {
        key: _emptied(value) if ABOUT_PEOPLE.search(key) or marks.name(value) else _stripped(value, marks)
        for key, value in content.items()
    }


def _emptied(value: Any) -> Any:
    """The same shape with no word in it."""
    if isinstance(value, dict):
        return {key: _emptied(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_emptied(each) for each in value]
    return ERASED if value and isinstance(value, str | int) and not isinstance(value, bool) else value


def _blackened_text(body: bytes, marks: Marks) -> bytes | None:
    """Of what is no JSON, such as a form: the marks themselves."""
    text = body.decode("utf-8", "surrogateescape")
    left = text
    for mail in sorted(marks.mails):
        left = re.sub(re.escape(mail).replace("@", "(?:@|%40)"), ERASED, left, flags=re.IGNORECASE)
    for tail in sorted(marks.tails):
        left = re.sub(BETWEEN.join(tail), ERASED, left)
    return left.encode("utf-8", "surrogateescape") if left != text else None
