"""The catalogues of words, with Python alone (no gettext tools): `extract`, `compile`, `check`.

extract   bring every django.po up to date with the sources and say what is still to be translated
compile   write the django.mo files, which Django reads and git ignores
check     fail when a string is missing, fuzzy, obsolete, wrongly filled or against the language's typography,
          or when two catalogues translate one string differently: Django merges them all and reads the first

The house keeps its words in web/locale, each app in its own locale folder. A second word limits any of the three to
one of them: `extract web`, `check loyalty`.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent / "src" / "comptoir"
LANGUAGES = ("fr",)
SPEAKS_OTHERWISE = ("apps", "connectors", "sandbox")
"""Apps have catalogues of their own; connectors and the sandbox have no pages."""

PLAIN = ("_", "gettext", "gettext_lazy", "gettext_noop")
PLURAL = ("ngettext", "ngettext_lazy")
IN_CONTEXT = ("pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy")
KEYWORDS: dict[str, None] = dict.fromkeys((*PLAIN, *PLURAL, *IN_CONTEXT))
Key = tuple[str | None, str]

TYPOGRAPHY: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "fr": (
        (re.compile(r"(?<!\u202f)[;!?»]|(?<!\u202f):(?=\s|$)"), "a narrow no-break space (U+202F) before ; : ! ? »"),
        (re.compile(r"«(?!\u202f)"), "a narrow no-break space (U+202F) after «"),
        (re.compile(r"'"), "the apostrophe ’"),
        (re.compile(r"\.\.\."), "the ellipsis …"),
    )
}
MARKUP = re.compile(r"<[^>]*>|&\w+;|%\(\w+\)[sd]")


def rooms(source: Path = SOURCE) -> Iterator[tuple[Path, list[Path]]]:
    """Each locale folder with the files that speak through it."""
    files = [path for path in source.rglob("*") if path.suffix in (".py", ".html", ".mjml", ".txt") and path.is_file()]
    yield source / "web" / "locale", [p for p in files if p.relative_to(source).parts[0] not in SPEAKS_OTHERWISE]
    for app in sorted(path for path in (source / "apps").iterdir() if (path / "__init__.py").exists()):
        yield app / "locale", [path for path in files if path.is_relative_to(app)]


def template(files: Iterable[Path]) -> Catalog:
    """Every string of these files, untranslated."""
    found = Catalog()
    for path in sorted(files):
        for message, context in _strings(path):
            found.add(message, locations=[(str(path.relative_to(SOURCE)), 0)], context=context)
    return found


def _strings(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Each string of a file with its context; two of them where there is a plural."""
    content = path.read_text()
    if path.suffix != ".py":
        # What is no string becomes XXX; without indentation the rest reads as Python.
        content = "\n".join(line.strip() for line in templatize(content).splitlines())
    for _line, function, text, _comments in extract_python(BytesIO(content.encode()), KEYWORDS, [], {}):
        arguments = [text] if isinstance(text, str) else list(text)
        context = arguments.pop(0) if "pgettext" in str(function) else None
        wanted = tuple(arguments[: 2 if str(function).startswith("n") else 1])
        if wanted and all(wanted):
            yield wanted if len(wanted) > 1 else wanted[0], context


def catalogue(path: Path, language: str) -> Catalog:
    """What stands in a django.po; empty when there is none."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def extract(only: str = "") -> int:
    """Bring catalogues up to date; prints what is still to be translated."""
    for path, language, known, wanted in _each(only):
        if not len(wanted) and not path.exists():
            continue
        known.update(wanted, no_fuzzy_matching=True)
        known.obsolete.clear()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            # No header and no line numbers: a catalogue changes only when words do.
            write_po(file, known, width=0, omit_header=True, include_lineno=False, sort_by_file=True)
        print(f"{path.relative_to(SOURCE)}: {len(known)} strings")
        for message in _messages(known):
            if not _is_translated(message):
                print(f"  {language}: {message.id!r}")
    return 0


def compile_all(only: str = "") -> int:
    """Write each django.mo that is older than its words, whole or not at all: tests in parallel may do it at once."""
    for folder, _files in _chosen(only):
        for path, language in _paths(folder):
            compiled = path.with_suffix(".mo")
            if not path.exists() or (compiled.exists() and compiled.stat().st_mtime_ns > path.stat().st_mtime_ns):
                continue
            draft = path.with_suffix(f".{os.getpid()}.draft")
            with draft.open("wb") as file:
                write_mo(file, catalogue(path, language))
            draft.replace(compiled)
    return 0


def check(only: str = "") -> int:
    """Say what is wrong; 1 when anything is."""
    faults = [fault for each in _each(only) for fault in _faults(*each)] + list(_clashes())
    for fault in faults:
        print(fault)
    if faults:
        print("`.venv/bin/python scripts/catalogues.py extract` brings the catalogues up to date.")
    return bool(faults)


def _each(only: str) -> Iterator[tuple[Path, str, Catalog, Catalog]]:
    for folder, files in _chosen(only):
        wanted = template(files)
        for path, language in _paths(folder):
            yield path, language, catalogue(path, language), wanted


def _chosen(only: str) -> Iterator[tuple[Path, list[Path]]]:
    return ((folder, files) for folder, files in rooms() if only in ("", folder.parent.name))


def _paths(folder: Path) -> Iterator[tuple[Path, str]]:
    return ((folder / language / "LC_MESSAGES" / "django.po", language) for language in LANGUAGES)


def _faults(path: Path, language: str, known: Catalog, wanted: Catalog) -> Iterator[str]:
    name = f"{path.relative_to(SOURCE)}:"
    here, there = {_key(each): each for each in _messages(known)}, {_key(each) for each in _messages(wanted)}
    yield from (f"{name} missing: {key[1]!r}" for key in sorted(there - set(here), key=str))
    yield from (f"{name} no longer used: {key[1]!r}" for key in sorted(set(here) - there, key=str))
    yield from (f"{name} obsolete: {each.id!r}" for each in known.obsolete.values())
    for message in here.values():
        if not _is_translated(message):
            yield f"{name} untranslated: {message.id!r}"
        elif message.fuzzy:
            yield f"{name} fuzzy: {message.id!r}"
        else:
            yield from (f"{name} {error}: {message.id!r}" for error in message.check(known))
            yield from (f"{name} {rule}: {text!r}" for text in _texts(message) for rule in _broken(language, text))


def _clashes() -> Iterator[str]:
    """Strings that two catalogues say differently; those of all, whatever one is checked."""
    for language in LANGUAGES:
        said: dict[Key, tuple[str, tuple[str, ...]]] = {}
        for folder, _files in rooms():
            path = folder / language / "LC_MESSAGES" / "django.po"
            name = str(path.relative_to(SOURCE))
            for message in filter(_is_translated, _messages(catalogue(path, language))):
                key, texts = _key(message), _texts(message)
                there, other = said.setdefault(key, (name, texts))
                if any(one != another for one, another in zip(texts, other, strict=False)):
                    both = f"{key[1]!r} is {texts[0]!r} here, {other[0]!r} in {there}"
                    yield f"{name}: {both}: say it one way, or give one of them a context"


def _broken(language: str, text: str) -> Iterator[str]:
    plain = MARKUP.sub("", text)
    return (rule for pattern, rule in TYPOGRAPHY.get(language, ()) if pattern.search(plain))


def _messages(known: Catalog) -> Iterator[Message]:
    return (message for message in known if message.id)


def _key(message: Message) -> Key:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def _texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _is_translated(message: Message) -> bool:
    return bool(_texts(message)) and all(_texts(message))


def main(arguments: list[str]) -> int:
    """Do the one thing asked for."""
    words = {"extract": extract, "compile": compile_all, "check": check}
    if len(arguments) not in (1, 2) or arguments[0] not in words:
        print(__doc__)
        return 2
    if not settings.configured:
        settings.configure()
    return words[arguments[0]](*arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
