"""From a template to words: subject, text and HTML of one mail, in the reader's language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import mrml
from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template
from django.utils import translation

# No font is fetched from anybody: what a mail loads tells somebody that it was read.
_OPTIONS: Final = mrml.RenderOptions(disable_comments=False, fonts={})
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_BLANK_LINES: Final = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Words:
    """What a mail says."""

    subject: str
    text: str
    html: str


def write(template: str, *, language: str, context: Mapping[str, object]) -> Words:
    """Render `<template>.subject.txt`, `.txt` and `.mjml`. What the context holds is escaped in the HTML alone."""
    values = {
        **context,
        "language": language,
        "house_url": settings.COMPTOIR_URL,
        "operator_email": settings.COMPTOIR_OPERATOR_EMAIL,
        "operator_phone": settings.COMPTOIR_OPERATOR_PHONE,
        "operator_hours": settings.COMPTOIR_OPERATOR_HOURS,
    }
    with translation.override(language):
        # A subject is one line, whatever a shop is called: a line break in it would be a header of somebody else's.
        subject = " ".join(_rendered(f"{template}.subject.txt", values, escaped=False).split())
        text = _rendered(f"{template}.txt", {**values, "subject": subject}, escaped=False)
        markup = _rendered(f"{template}.mjml", {**values, "subject": subject}, escaped=True)
    html = mrml.to_html(markup.strip(), render_options=_OPTIONS).content
    return Words(subject=subject[:400], text=_BLANK_LINES.sub("\n\n", text).strip() + "\n", html=html)


def _rendered(name: str, values: Mapping[str, object], *, escaped: bool) -> str:
    found = cast(Template, cast(Any, get_template(name)).template)
    return _CONTROL.sub("", found.render(Context(dict(values), autoescape=escaped)))
