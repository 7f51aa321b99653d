"""Every string is said in every language, in its typography; and the check that says so finds what it should."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def catalogues() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "scripts" / "catalogues.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_string_is_translated(catalogues: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogues.main(["check"]) == 0, capsys.readouterr().out


@pytest.fixture
def check(
    catalogues: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str, str], str]:
    """Check a house of one page and one catalogue; what the check prints."""

    def _check(page: str, words: str) -> str:
        catalogue = tmp_path / "web" / "locale" / "fr" / "LC_MESSAGES" / "django.po"
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "apps").mkdir(exist_ok=True)
        (tmp_path / "web" / "page.html").write_text(page)
        catalogue.write_text(words)
        monkeypatch.setattr(catalogues, "SOURCE", tmp_path)
        monkeypatch.setattr(catalogues.rooms, "__defaults__", (tmp_path,))
        failed = catalogues.main(["check"])
        printed = capsys.readouterr().out
        assert failed == bool(printed)
        return printed

    return _check


PAGE = '{% translate "Open checks" %}'


@pytest.mark.parametrize(
    ("page", "words", "fault"),
    [
        (PAGE, "", "missing: 'Open checks'"),
        (PAGE, 'msgid "Open checks"\nmsgstr ""\n', "untranslated"),
        (PAGE, '#, fuzzy\nmsgid "Open checks"\nmsgstr "Additions"\n', "fuzzy"),
        ("", 'msgid "Open checks"\nmsgstr "Additions"\n', "no longer used"),
        ("", '#~ msgid "Open checks"\n#~ msgstr "Additions"\n', "obsolete"),
        ('{% translate "Sure?" %}', 'msgid "Sure?"\nmsgstr "Sûr ?"\n', "U+202F"),
        ('{% translate "Say so" %}', 'msgid "Say so"\nmsgstr "Dites «oui»"\n', "after «"),
        ('{% translate "The till" %}', 'msgid "The till"\nmsgstr "L\'heure"\n', "’"),
        (
            "{% blocktranslate %}{{ name }} left{% endblocktranslate %}",
            '#, python-format\nmsgid "%(name)s left"\nmsgstr "%(nom)s est parti"\n',
            "name",
        ),
    ],
)
def test_the_check_finds(check: Callable[[str, str], str], page: str, words: str, fault: str) -> None:
    assert fault in check(page, words)


def an_app_says(folder: Path, page: str, words: str) -> None:
    """Beside the house there is an app with a catalogue of its own."""
    catalogue = folder / "apps" / "tables" / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    (folder / "apps" / "tables" / "__init__.py").touch()
    (folder / "apps" / "tables" / "page.html").write_text(page)
    catalogue.write_text(words)


def test_the_check_names_two_catalogues_that_say_one_string_differently(
    check: Callable[[str, str], str], tmp_path: Path
) -> None:
    an_app_says(tmp_path, PAGE, 'msgid "Open checks"\nmsgstr "Additions en cours"\n')
    printed = check(PAGE, 'msgid "Open checks"\nmsgstr "Additions ouvertes"\n')
    assert "apps/tables/locale/fr/LC_MESSAGES/django.po: 'Open checks' is 'Additions en cours' here" in printed
    assert "'Additions ouvertes' in web/locale/fr/LC_MESSAGES/django.po" in printed


def test_the_check_passes_one_string_said_alike_or_in_a_context(
    check: Callable[[str, str], str], tmp_path: Path
) -> None:
    an_app_says(
        tmp_path,
        PAGE + '{% translate "Open" context "a tile" %}',
        'msgid "Open checks"\nmsgstr "Additions"\n\nmsgctxt "a tile"\nmsgid "Open"\nmsgstr "Ouvrir"\n',
    )
    house = 'msgid "Open checks"\nmsgstr "Additions"\n\nmsgid "Open"\nmsgstr "Ouverte"\n'
    assert check(PAGE + '{% translate "Open" %}', house) == ""


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (PAGE, 'msgid "Open checks"\nmsgstr "Additions ouvertes"\n'),
        ('{% translate "Sure?" %}', 'msgid "Sure?"\nmsgstr "Sûr\u202f?"\n'),
        ('{% translate "At 12:30" %}', 'msgid "At 12:30"\nmsgstr "À 12:30"\n'),
        (
            "{% blocktranslate count n=n %}{{ n }} sale{% plural %}{{ n }} sales{% endblocktranslate %}",
            'msgid "%(n)s sale"\nmsgid_plural "%(n)s sales"\nmsgstr[0] "%(n)s vente"\nmsgstr[1] "%(n)s ventes"\n',
        ),
    ],
)
def test_the_check_passes(check: Callable[[str, str], str], page: str, words: str) -> None:
    assert check(page, words) == ""
