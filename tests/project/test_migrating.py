"""Migrating quickly makes the schema that Django makes: what renders few models is what looks at few."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from psycopg import sql

from comptoir.project.migrating import quickly
from tests.database import NAME, conninfo, maintenance, template_name

GROWN = """
INSERT INTO accounts_organisation (id, name, created_at) VALUES ({organisation}, 'Le Zinc', now());
INSERT INTO accounts_store (id, organisation_id, name, timezone, currency, country, day_start, created_at, address,
    slug)
    VALUES ({store}, {organisation}, 'Bar', 'Europe/Paris', 'EUR', 'FR', '04:00', now(), '',
    'bar');
INSERT INTO accounts_node (organisation_id, id, kind, name) VALUES ({organisation}, {chain}, 'chain', 'Zinc');
INSERT INTO accounts_node (organisation_id, id, kind, name) VALUES ({organisation}, {gone}, 'region', 'Gone');
INSERT INTO accounts_node (organisation_id, id, kind, name, parent_id, parent_kind)
    VALUES ({organisation}, {region}, 'region', 'North', {chain}, 'chain');
INSERT INTO accounts_placement (organisation_id, store_id, since, node_id)
    VALUES ({organisation}, {store}, '2026-01-01', {gone});
"""
CHANGED = """
DELETE FROM traffic_placement;
DELETE FROM traffic_node WHERE id = {gone};
UPDATE traffic_node SET parent_id = NULL, parent_kind = NULL, name = '-' WHERE id = {region};
UPDATE traffic_node SET name = 'North' WHERE id = {chain};
UPDATE traffic_node SET name = 'Zinc' WHERE id = {region};
INSERT INTO traffic_placement (organisation_id, store_id, since, node_id)
    VALUES ({organisation}, {store}, '2026-02-01', {region});
"""
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


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not os.environ.get("DEEP"), reason="migrates back and forth; DEEP=1 runs it")
def test_the_tree_of_the_house_goes_back_to_traffic_and_forth_again() -> None:
    """Whoever goes back goes on with the tree there; going forth again has what was changed meanwhile."""
    ids = {name: str(uuid4()) for name in ("organisation", "chain", "region", "gone", "store")}
    said = {name: sql.Literal(each) for name, each in ids.items()}
    with cloned() as admin:
        admin.execute(sql.SQL(GROWN).format(**said))
        migrate("0026_refused_files")
        found = admin.execute("SELECT name, parent_kind FROM traffic_node ORDER BY name").fetchall()
        assert found == [("Gone", None), ("North", "chain"), ("Zinc", None)]
        assert admin.execute("SELECT count(*) FROM traffic_placement").fetchall() == [(1,)]
        with pytest.raises(psycopg.errors.IntegrityError):
            admin.execute("UPDATE traffic_node SET parent_id = gen_random_uuid() WHERE name = 'North'")
        admin.execute(sql.SQL(CHANGED).format(**said))
        migrate()
        found = admin.execute("SELECT id::text, name, parent_kind FROM accounts_node ORDER BY name").fetchall()
        assert found == [(ids["chain"], "North", None), (ids["region"], "Zinc", None)], (
            "renamed crosswise, taken out, taken away"
        )
        [(since, node)] = admin.execute("SELECT since::text, node_id::text FROM accounts_placement").fetchall()
        assert (since, node) == ("2026-02-01", ids["region"])


def migrate(*name: str) -> None:
    """The app traffic, to that migration, else to its latest, as another process would."""
    with quickly():
        call_command("migrate", "traffic", *name, verbosity=0)


@contextmanager
def migrated(is_quick: bool) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """An empty database, migrated in either way; gone afterwards."""
    with database(sql.SQL("")) as made:
        with quickly() if is_quick else nullcontext():
            call_command("migrate", verbosity=0)
        yield made


@contextmanager
def cloned() -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A database with the schema of now; gone afterwards."""
    with database(sql.SQL("TEMPLATE {}").format(sql.Identifier(template_name()))) as made:
        yield made


@contextmanager
def database(how: sql.Composable) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """One of its own, which Django uses meanwhile."""
    name, connection = f"{NAME}_migrated", connections["default"]
    with psycopg.connect(maintenance(), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} {}").format(sql.Identifier(name), how))
        kept = connection.settings_dict["NAME"]
        try:
            connection.close()
            connection.close_pool()
            connection.settings_dict["NAME"] = name
            with psycopg.connect(conninfo(name), autocommit=True) as made:
                yield made
        finally:
            connection.close()
            connection.close_pool()
            connection.settings_dict["NAME"] = kept
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
