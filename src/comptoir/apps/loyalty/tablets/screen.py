"""The tablet's web app: one page for everybody, its manifest and its worker; nothing in them is anybody's."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from comptoir.apps.loyalty.tablets import words
from comptoir.web import assets

VERSION_FILES = (
    "loyalty/tablet.js",
    "loyalty/tablet-words.js",
    "loyalty/tablet-queue.js",
    "loyalty/tablet-consent.js",
    "loyalty/tablet-rewards.js",
    "loyalty/tablet-pass.js",
    "loyalty/tablet.css",
)
ICON = "loyalty/tablet-icon.svg"
COLOUR = "#0b5c63"


def version() -> str:
    """Changes with any of its files."""
    return "-".join(assets.address(path).rpartition("=")[2][:6] for path in VERSION_FILES)


@csrf_exempt  # the page has no form, and its copy in the browser must hold no token
@require_safe
def screen(request: HttpRequest) -> HttpResponse:
    """The page; which language it speaks is chosen on the tablet, so both are in it."""
    spoken = {}
    for language in ("en", "fr"):
        with override(language):
            spoken[language] = {name: str(text) for name, text in words.WORDS.items()}
    return render(request, "loyalty/tablets/screen.html", {"words": spoken, "version": version()})


@require_safe
def manifest(_request: HttpRequest) -> HttpResponse:
    """What makes it installable."""
    said = {
        "name": "Comptoir",
        "short_name": "Comptoir",
        "id": "/tablet",
        "start_url": "/tablet",
        "scope": "/tablet",
        "display": "fullscreen",
        "display_override": ["fullscreen", "standalone"],
        "background_color": "#ffffff",
        "theme_color": COLOUR,
        "icons": [
            {"src": assets.address(ICON), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
        ],
    }
    return JsonResponse(said, content_type="application/manifest+json")


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker; it must come from below the page that it serves."""
    text = Path(str(finders.find("loyalty/tablet-worker.js"))).read_text(encoding="utf-8")
    kept = ["/tablet", "/tablet/manifest", *(assets.address(each) for each in (*VERSION_FILES, "comptoir/tokens.css"))]
    head = f"const VERSION = {version()!r};\nconst KEPT = {kept!r};\n"
    response = HttpResponse(head + text, content_type="text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = "/tablet"
    response.headers["Cache-Control"] = "no-cache"
    return response
