"""Start what every command stands on: the log, the database, Django.

Nothing is loaded here before it is used: a command that only says how it is used needs none of it.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import typer

from comptoir.kernel.errors import ComptoirError


@contextmanager
def sentences() -> Iterator[None]:
    """What goes wrong in a foreseen way is said in one sentence, without a traceback."""
    try:
        yield
    except ComptoirError as error:
        typer.secho(str(error), err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from error


@contextmanager
def database(*, supervise: bool = False) -> Iterator[None]:
    """The embedded server running for as long as this lasts; nothing to do when the database is yours."""
    from comptoir.kernel import postgres
    from comptoir.project import environment

    if not environment.is_embedded(os.environ):
        environment.prove_database(os.environ)
        yield
        return
    with postgres.attach(postgres.cluster(environment.data_folder(os.environ))) as attachment:
        if supervise:
            attachment.supervise()
        yield


@contextmanager
def ready(*, supervise: bool = False) -> Iterator[None]:
    """What a command stands on that asks the database: only inside may models be imported. Speaks in sentences."""
    with sentences(), database(supervise=supervise):
        set_up_django()
        from comptoir.web.pages.health import is_migrated

        if not is_migrated():
            raise ComptoirError("The database is not up to date: run `comptoir migrate` first.")
        yield


def set_up_django() -> None:
    """Load settings, apps and registries."""
    import django

    from comptoir.kernel import memory

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comptoir.project.settings")
    with memory.loading():
        django.setup()


def migrate() -> None:
    """Bring the schema up to date; two at once take turns."""
    from django.core.management import call_command
    from django.db import connection

    from comptoir.core.intake import partitions
    from comptoir.project.migrating import quickly

    with quickly(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('comptoir migrate'))")
        try:
            call_command("migrate", verbosity=0, interactive=False)
            partitions.ensure(datetime.now(UTC))
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('comptoir migrate'))")


def set_up_log() -> None:
    """One line an event: for people on a terminal, JSON elsewhere."""
    import structlog

    is_terminal = sys.stderr.isatty()
    # A traceback without the variables of its frames: they hold tokens, phone numbers and bodies.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer = console if is_terminal else structlog.processors.JSONRenderer()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    last: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if not is_terminal:
        last.append(structlog.processors.format_exc_info)
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*last, renderer])
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    level = os.environ.get("COMPTOIR_LOG_LEVEL", "WARNING").upper()
    if level not in logging.getLevelNamesMapping():
        raise ComptoirError(f"COMPTOIR_LOG_LEVEL is {level}; it should be DEBUG, INFO, WARNING or ERROR.")
    logging.basicConfig(handlers=[handler], level=level, force=True)
