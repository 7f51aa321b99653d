"""All routes, and the test page of components that only development has."""

from django.urls import path

from comptoir.project.urls import urlpatterns as routes
from comptoir.web.pages.components import components

urlpatterns = [*routes, path("_ui", components)]
