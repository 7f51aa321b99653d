"""Migrate without rendering every model anew for each operation: the first start takes a fraction of the time.

After an operation Django renders the models that relate to the one it changed, in case the next one looks at them. Here
all relate to organisations: it rendered 11,000 where some hundreds are asked for, 16 of 20 CPU seconds. A migration to
which only the models it names matter renders only those; before any other all are rendered, as ever.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import migrations
from django.db.migrations.state import ProjectState
from django.db.migrations.utils import field_is_referenced

ADDING: Final = (
    migrations.CreateModel,
    migrations.AddField,
    migrations.AddConstraint,
    migrations.AddIndex,
    migrations.RemoveConstraint,
    migrations.RemoveIndex,
    migrations.RunSQL,
)
"""Operations whose SQL depends on no model but those they name."""
_State: Any = ProjectState
Operations = Sequence[Any]


@contextmanager
def quickly() -> Iterator[None]:
    """Migrations within are applied like this, with the schema that Django makes otherwise."""
    apply = migrations.Migration.apply

    def applied(self: migrations.Migration, project_state: Any, *args: Any, **kwargs: Any) -> ProjectState:
        if _is_plain(self.operations, self.app_label, project_state):
            with _rendering_alone():
                return apply(self, project_state, *args, **kwargs)
        project_state.clear_delayed_apps_cache()
        return apply(self, project_state, *args, **kwargs)

    migrations.Migration.apply = applied  # type: ignore[method-assign]
    try:
        yield
    finally:
        migrations.Migration.apply = apply  # type: ignore[method-assign]


def _is_plain(operations: Operations, app_label: str, state: Any) -> bool:
    return all(_stays_at_home(each, app_label, state) for each in operations)


def _stays_at_home(operation: Any, app_label: str, state: Any) -> bool:
    """Whether its SQL is about the table of the model it names, whatever others point at."""
    match operation:
        case migrations.SeparateDatabaseAndState():
            inner = (*operation.database_operations, *operation.state_operations)
            return _is_plain(inner, app_label, state)
        case migrations.AlterField() | migrations.RemoveField():
            key = (app_label, operation.model_name_lower)
            known = state.models[key].fields.get(operation.name) if key in state.models else None
            fields = [known, getattr(operation, "field", None) or known]
            return not any(
                each is None or each.is_relation or field_is_referenced(state, key, (operation.name, each))
                for each in fields
            )
        case _:
            return isinstance(operation, ADDING)


@contextmanager
def _rendering_alone() -> Iterator[None]:
    """Whatever is changed is rendered, and what relates to it is not: the state knows that it is behind."""
    everything = _State._find_reload_model

    def alone(state: Any, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:  # noqa: ARG001
        state.is_delayed = True
        return {(app_label, model_name)}

    _State._find_reload_model = alone
    try:
        yield
    finally:
        _State._find_reload_model = everything
