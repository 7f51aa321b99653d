"""A sentence that was kept in a row, in English with its names filled in, is said to a reader in his language.

What is kept is what was true then; it is found again by the sentence that it was made of, in old rows as well.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, Final

from django.utils.translation import get_language, gettext_noop, trans_real

KEPT: Final = (
    gettext_noop("%(vendor)s sent something that Comptoir cannot read, so it was set aside."),
    gettext_noop("The point of sale sent the same page twice; the import stopped before counting twice."),
    gettext_noop("The till sent a location that cannot be kept."),
    gettext_noop("The till sent a bill that cannot be kept: %(cause)s."),
    gettext_noop("This location does not feed the store any more."),
    gettext_noop("This location feeds another store. Use the address of that store, or link the location here."),
    gettext_noop("A fault of ours, kept for mending: %(cause)s"),
    gettext_noop("Comptoir itself stumbled over the till's books; what was read until then is kept."),
    gettext_noop("Lightspeed lists no outlet for this account."),
    gettext_noop("6xpos sent an order that cannot be read."),
    gettext_noop("A scan names its code and its location."),
    gettext_noop("Lightspeed R-Series sends no notifications."),
    gettext_noop("A stored secret cannot be opened with the keys at hand."),
    gettext_noop("%(vendor)s answered something unexpected; Comptoir looks before it tries again."),
    gettext_noop(
        "%(vendor)s's answer to a renewal of the sign-in was lost on the way. Sign in again: nothing else is lost."
    ),
)
"""Sentences of places that have no catalogue, or put their names in themselves."""
PLACE: Final = re.compile(r"%\((\w+)\)[sd]")
LEAST: Final = 12
"""Letters that a sentence has beside its names: one of names alone would be found in everything."""


def in_reader_words(text: str) -> str:
    """In the active language where the sentence is known, else as it is."""
    language = get_language() or "en"
    return text if not text or language.startswith("en") else _said(text, language)


def filled(text: str, sentence: str) -> dict[str, str] | None:
    """The names that make this text of a sentence; None where none do."""
    found = _pattern(sentence).fullmatch(text)
    return found.groupdict() if found else None


@lru_cache(maxsize=4096)
def _said(text: str, language: str) -> str:
    say = trans_real.translation(language).gettext
    if (found := str(say(text))) != text:
        return found
    for sentence in _sentences(language):
        names = filled(text, sentence)
        if names is not None:
            return PLACE.sub(r"%(\1)s", str(say(sentence))) % names
    return text


@cache
def _sentences(language: str) -> list[str]:
    """Those with places for names, the wordiest first: it says most of a text that two could be made of."""
    known: Iterable[Any] = vars(trans_real.translation(language))["_catalog"].keys()
    with_places = {each for each in known if isinstance(each, str) and "\x04" not in each and PLACE.search(each)}
    return sorted((each for each in with_places if _own(each) >= LEAST), key=lambda each: (-_own(each), each))


def _own(sentence: str) -> int:
    return len(re.sub(r"\W", "", PLACE.sub("", sentence)))


@lru_cache(maxsize=4096)
def _pattern(sentence: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts: list[str] = []
    at = 0
    for place in PLACE.finditer(sentence):
        name = place[1]
        parts += [re.escape(sentence[at : place.start()]), f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"]
        seen.add(name)
        at = place.end()
    parts.append(re.escape(sentence[at:]))
    return re.compile("".join(parts).replace("%%", "%"), re.DOTALL)
