"""The icon set: drawn on a 20 px grid with a 1.5 px line, one path string each."""

from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

PATHS: dict[str, str] = {
    # Places
    "overview": "M3.5 11.5a6.5 6.5 0 1 1 13 0 M10 11.5l3-3.5 M3.5 15.5h13",
    "sales": "M5 2.75h10v14.5l-2.5-1.5-2.5 1.5-2.5-1.5-2.5 1.5z M8 7h4 M8 10.25h4",
    "connections": "M7.5 3v3.5 M12.5 3v3.5 M5.5 6.5h9v3a4.5 4.5 0 0 1-9 0z M10 14v3.25",
    "inbox": "M3 11.5l2.25-7h9.5l2.25 7v4.25H3z M3 11.5h4l1 2h4l1-2h4",
    "settings": "M3 6h6.5 M13.5 6H17 M3 14h3.5 M10.5 14H17 M11.5 4v4 M8.5 12v4",
    "loyalty": "M10 3l2.1 4.5 4.9.6-3.6 3.4.9 4.9L10 14l-4.3 2.4.9-4.9L3 8.1l4.9-.6z",
    "gift": "M3.5 9.5h13v7h-13z M2.75 6.5h14.5v3H2.75z M10 6.5v10"
    " M10 6.5C8.5 2.5 5 3.75 6 6.5 M10 6.5c1.5-4 5-2.75 4 0",
    "members": "M7.5 9.25a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5z M2.5 16.25a5 5 0 0 1 10 0"
    " M13 4a2.6 2.6 0 0 1 0 5 M14.75 11.75a4.9 4.9 0 0 1 2.75 4.5",
    "counter": "M2.5 15.5h15 M4.5 12.5a5.5 5.5 0 0 1 11 0z M10 7V4.5 M8.5 4.5h3",
    "store": "M3.5 8.75v7.75h13V8.75 M8 16.5v-4h4v4"
    " M2.75 6.75L4.5 3.5h11l1.75 3.25a2.4 2.4 0 0 1-4.8.2 2.4 2.4 0 0 1-4.9 0 2.4 2.4 0 0 1-4.8-.2z",
    "table": "M3 7.5h14 M5 7.5v9 M15 7.5v9 M7 3.75h6 M10 3.75V7.5",
    "card": "M2.75 5h14.5v10.5H2.75z M2.75 8.5h14.5 M5.5 12.5h3",
    "chart": "M3.5 16.5h13 M5.5 13.5v-3 M10 13.5V4 M14.5 13.5V7.5",
    "calendar": "M3.25 4.75h13.5v12H3.25z M3.25 8.5h13.5 M7 3v3 M13 3v3",
    "more": "M4.75 10a.5.5 0 1 0-.01 0z M10.25 10a.5.5 0 1 0-.01 0z M15.75 10a.5.5 0 1 0-.01 0z",
    # States
    "ok": "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M7 10.25l2 2 4-4.25",
    "warn": "M10 3.25l7.25 13H2.75z M10 8v4 M10 14.1h.01",
    "bad": "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M10 6.5v4.25 M10 13.4h.01",
    "info": "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M10 9.5v4 M10 6.75h.01",
    "off": "M7.3 3.55a7 7 0 0 1 5.4 0 M16.45 7.3a7 7 0 0 1 0 5.4"
    " M12.7 16.45a7 7 0 0 1-5.4 0 M3.55 12.7a7 7 0 0 1 0-5.4",
    # Acts
    "plus": "M10 4v12 M4 10h12",
    "check": "M4.5 10.5l3.75 3.75L15.5 6.5",
    "cross": "M5 5l10 10 M15 5L5 15",
    "search": "M8.75 14.5a5.75 5.75 0 1 0 0-11.5 5.75 5.75 0 0 0 0 11.5z M13 13l4 4",
    "copy": "M7 7V3.5h9.5V13H13 M3.5 7H13v9.5H3.5z",
    "key": "M12.5 11.5a4.25 4.25 0 1 0-3.9-2.6L3 14.5V17h3v-2h2v-2l1.6-1.6a4.2 4.2 0 0 0 2.9.1z M13.5 6.5h.01",
    "download": "M10 3.5v9 M6.25 9L10 12.75 13.75 9 M3.5 16.5h13",
    "refresh": "M15.75 7.5A6.25 6.25 0 0 0 4.5 6.5 M4.25 3v3.75H8"
    " M4.25 12.5a6.25 6.25 0 0 0 11.25 1 M15.75 17v-3.75H12",
    "undo": "M7 4L3.5 7.5 7 11 M3.5 7.5h8.25a4.4 4.4 0 0 1 0 8.75H7",
    "pause": "M7 4.5v11 M13 4.5v11",
    "play": "M6.5 4l9 6-9 6z",
    "trash": "M3.5 5.5h13 M8 5.5V3.25h4V5.5 M5.25 5.5l.75 11.25h8l.75-11.25",
    "filter": "M3.5 5h13 M6 10h8 M8.5 15h3",
    "link": "M8.25 11.75a3.1 3.1 0 0 0 4.4 0l3-3a3.1 3.1 0 0 0-4.4-4.4l-1 1"
    " M11.75 8.25a3.1 3.1 0 0 0-4.4 0l-3 3a3.1 3.1 0 0 0 4.4 4.4l1-1",
    "external": "M8 4.5H4.5v11h11V12 M11.5 3.5h5v5 M16.5 3.5L9.5 10.5",
    "sign-out": "M11.5 3.5h-7v13h7 M8.5 10h8.5 M13.75 6.75L17 10l-3.25 3.25",
    # Things
    "clock": "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M10 6v4.25l2.75 1.5",
    "language": "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M3.25 10h13.5 M10 3c4 4 4 10 0 14 M10 3c-4 4-4 10 0 14",
    "phone": "M6 2.75h8v14.5H6z M9 14.75h2",
    "mail": "M2.75 4.75h14.5v10.5H2.75z M3 5.25l7 5.5 7-5.5",
    "person": "M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6z M4 16.75a6 6 0 0 1 12 0",
    "eye": "M2.5 10C5 5.75 15 5.75 17.5 10 15 14.25 5 14.25 2.5 10z M10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
    "help": "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M8 8.25a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.45 M10 14h.01",
    # Directions
    "down": "M5.5 8l4.5 4.5L14.5 8",
    "right": "M8 5.5l4.5 4.5L8 14.5",
    "left": "M12 5.5L7.5 10l4.5 4.5",
    "sort": "M6.5 8L10 4.5 13.5 8 M6.5 12l3.5 3.5 3.5-3.5",
}


@cache
def draw(name: str) -> SafeString:
    """The icon as inline SVG, hidden from screen readers: the word beside it speaks. Raises KeyError."""
    return format_html(
        '<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d="{}"/></svg>',
        mark_safe(PATHS[name]),  # noqa: S308 (a constant of this file)
    )
