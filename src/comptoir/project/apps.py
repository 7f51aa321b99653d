"""Register every connector and app once, at start."""

from importlib import import_module

import structlog
from django.apps import AppConfig

from comptoir.core.installations import manifest
from comptoir.pos import registry
from comptoir.project.installed import APPS, CONNECTORS


class ProjectConfig(AppConfig):
    """Last in INSTALLED_APPS, so that every model is ready."""

    name = "comptoir.project"
    label = "project"

    def ready(self) -> None:
        """Fill the registries. A log nobody has set up shows no variables of frames: they hold tokens and numbers."""
        if not structlog.is_configured():
            plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
            structlog.configure(processors=[structlog.processors.add_log_level, plain])
        for name in CONNECTORS:
            registry.register(import_module(name).CONNECTOR)
        for name in APPS:
            manifest.register(import_module(f"{name}.app").APP)
