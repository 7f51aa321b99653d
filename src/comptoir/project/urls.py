"""Every address: the shell's, each installed app's pages, and the API with each app's router."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import include, path

from comptoir.project.installed import APPS
from comptoir.web import api_sales, api_webhooks  # noqa: F401  (declare their operations)
from comptoir.web.api import api, nothing_there

for app in APPS:
    if find_spec(f"{app}.api"):
        api.add_router("", import_module(f"{app}.api").router)

urlpatterns = [
    path("v1/", api.urls),
    path("v1/<path:rest>", nothing_there, name="nothing_there"),
    path("", include("comptoir.web.urls")),
    *(path("", include(f"{app}.urls")) for app in APPS if find_spec(f"{app}.urls")),
]
