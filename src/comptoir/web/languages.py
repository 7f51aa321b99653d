"""Which language somebody reads: the one of their account, else the one chosen on this device, else the browser's."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from comptoir.core.accounts import members


class LanguageMiddleware:
    """Speaks to whoever is signed in as their account says; a device that nobody is signed in on keeps its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Asks for the person only where there is a session of one."""
        is_signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session
        if is_signed_in and request.user.is_authenticated and request.user.language in spoken_here():
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return self.get_response(request)


def spoken_here() -> frozenset[str]:
    """The languages there are words in."""
    return frozenset(code for code, _name in settings.LANGUAGES)


def spoken() -> str:
    """The one that is spoken now, as an account keeps it."""
    return (translation.get_language() or settings.LANGUAGE_CODE)[:2]


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Kept on this device, and for whoever is signed in, in their account: their mails come so too."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in spoken_here():
        members.speak(user_id=request.user.pk, language=language)
    return set_language(request)
