"""Migrating quickly makes the schema that Django makes: what renders few models is what looks at few."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from psycopg import sql

from comptoir.project.migrating import quickly
from tests.database import NAME, conninfo, maintenance

NUMBER = models.BigIntegerField()
SHAPE = """
SELECT 'column', format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default)
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
ORDER BY 1, 2
"""


@pytest.mark.parametrize(
    ("operation", "rendered_alone"),
    [
        (migrations.AlterField("store", "name", models.TextField()), True),
        (migrations.AlterField("organisation", "id", NUMBER), False),
        (migrations.AlterField("store", "organisation", NUMBER), False),
        (migrations.RemoveField("store", "name"), True),
        (migrations.RenameModel("Store", "Shop"), False),
        (migrations.RunPython(migrations.RunPython.noop), False),
        (migrations.AddField("store", "more", models.TextField(default="")), True),
        (migrations.SeparateDatabaseAndState([migrations.RunSQL("SELECT 1")], []), True),
        (migrations.SeparateDatabaseAndState([], [migrations.DeleteModel("Store")]), False),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Operation) else "",
)
def test_what_others_point_at_and_whatever_runs_python_has_all_models_rendered(
    monkeypatch: pytest.MonkeyPatch, operation: Operation, *, rendered_alone: bool
) -> None:
    everything = ProjectState._find_reload_model  # type: ignore[attr-defined]
    seen: list[bool] = []

    def apply(self: migrations.Migration, state: ProjectState, *_: object) -> ProjectState:
        seen.append(ProjectState._find_reload_model is not everything)  # type: ignore[attr-defined]
        return state

    monkeypatch.setattr(migrations.Migration, "apply", apply)
    migration = migrations.Migration("0099_next", "accounts")
    migration.operations = [operation]
    with quickly():
        migration.apply(ProjectState.from_apps(apps), None)
    assert seen == [rendered_alone]
    assert ProjectState._find_reload_model is everything  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not os.environ.get("DEEP"), reason="migrates twice, once slowly; DEEP=1 runs it")
def test_the_schema_is_the_one_that_django_makes() -> None:
    shapes = []
    for way in (quickly, nullcontext):
        with migrated(way is quickly) as admin:
            shapes.append(admin.execute(SHAPE).fetchall())
    assert len(shapes[0]) > 2000
    assert shapes[0] == shapes[1]


@contextmanager
def migrated(is_quick: bool) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """An empty database, migrated in either way; gone afterwards."""
    name, connection = f"{NAME}_migrated", connections["default"]
    with psycopg.connect(maintenance(), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        kept = connection.settings_dict["NAME"]
        try:
            connection.close()
            connection.close_pool()
            connection.settings_dict["NAME"] = name
            with quickly() if is_quick else nullcontext():
                call_command("migrate", verbosity=0)
            with psycopg.connect(conninfo(name)) as made:
                yield made
        finally:
            connection.close()
            connection.close_pool()
            connection.settings_dict["NAME"] = kept
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
