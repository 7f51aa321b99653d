"""What was done, in words: the details of a record, one line a matter."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

NOTHING: Final = "–"


def lines(details: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and value; of what stood before and after, what is not the same."""
    before, after = details.get("before"), details.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            was, became = spelled(before.get(name)), spelled(after.get(name))
            if was != became:
                yield name, f"{was} → {became}"
    elif "before" in details and "after" in details:
        yield "", f"{spelled(before)} → {spelled(after)}"
    both = "before" in details and "after" in details
    for name, value in details.items():
        if not (both and name in ("before", "after")):
            yield name, spelled(value)


def spelled(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {spelled(each)}" for name, each in value.items()) or NOTHING
    if isinstance(value, list | tuple):
        return ", ".join(spelled(each) for each in value) or NOTHING
    return NOTHING if value in (None, "") else str(value)
