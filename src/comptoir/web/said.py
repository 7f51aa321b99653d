"""What an error says to whoever reads the page: in their language, also where it was raised by what knows none."""

from django.utils.translation import gettext as translated

from comptoir.kernel.errors import ComptoirError


def in_words(error: ComptoirError) -> str:
    """Its sentence in the active language; one that was translated where it was raised stays as it is."""
    if not error.names:
        return translated(error.sentence) if error.sentence else ""
    return translated(error.sentence) % error.names
