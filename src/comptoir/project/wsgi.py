"""Django as plain synchronous WSGI: every page and API call."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comptoir.project.settings")
application = get_wsgi_application()
# A fault in any page, app or router ends the start, instead of every request after it.
get_resolver().url_patterns  # noqa: B018  (loading it is the purpose)
