"""Addresses of our own static files, with a mark of their content: browsers may keep them for good."""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static


@cache
def address(path: str) -> str:
    """Where a static file is served, such as `comptoir/shell.css`. Raises FileNotFoundError."""
    found = finders.find(path)
    if not found:
        raise FileNotFoundError(f"there is no static file {path}")
    mark = hashlib.sha256(Path(found).read_bytes()).hexdigest()[:10]
    return f"{static(path)}?v={mark}"
