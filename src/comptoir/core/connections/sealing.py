"""The sealer with this installation's keys, and what it has sealed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from comptoir.kernel.seal import SealBroken, Sealer


class SealedField(models.BinaryField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """What `Sealer.seal` made. Every column of this kind takes part in a change of keys."""

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """To the database it is bytes."""
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.BinaryField", arguments, options


IN_JSON: Final = (("mfa.Authenticator", "data", ("secret", "seed")),)
"""Secrets that a library keeps within a JSON column (model, column, names): they take part as well."""


@dataclass
class Resealed:
    """Of the sealed values: how many the newest key seals by now, had to be sealed anew, and no key opens."""

    current: int = 0
    changed: int = 0
    lost: int = 0


@cache
def sealer() -> Sealer:
    """Made once: deriving keys costs time. Raises SealBroken when there is no key."""
    return Sealer(settings.COMPTOIR_KEYS)


def outdated() -> int:
    """How many stored values an older key seals, or none."""
    return sum(
        not sealer().is_current(value)
        for model, columns in _sealed()
        for values in model._default_manager.values_list(*columns).iterator()
        for value in values
        if value
    ) + sum(
        not sealer().is_current(content[name].encode())
        for label, column, names in IN_JSON
        for content in apps.get_model(label)._default_manager.values_list(column, flat=True)
        for name in names
        if content.get(name)
    )


def reseal() -> Resealed:
    """Seal with the newest key what another one sealed, row by row under its lock; repeating it changes nothing."""
    done = Resealed()
    for model, columns in _sealed():
        for key in list(model._default_manager.values_list("pk", flat=True)):
            with transaction.atomic():
                _reseal(model, columns, key, done)
    for label, column, names in IN_JSON:
        model = apps.get_model(label)
        for key in list(model._default_manager.values_list("pk", flat=True)):
            with transaction.atomic():
                _reseal_json(model, column, names, key, done)
    return done


def _reseal(model: type[models.Model], columns: list[str], key: Any, done: Resealed) -> None:
    row = model._default_manager.select_for_update().filter(pk=key).values(*columns).first()
    if changed := _sealed_anew(row or {}, done):
        model._default_manager.filter(pk=key).update(**changed)


def _reseal_json(model: type[models.Model], column: str, names: Sequence[str], key: Any, done: Resealed) -> None:
    content = model._default_manager.select_for_update().filter(pk=key).values_list(column, flat=True).first() or {}
    changed = _sealed_anew({name: content.get(name, "").encode() for name in names}, done)
    if changed:
        anew = {name: value.decode() for name, value in changed.items()}
        model._default_manager.filter(pk=key).update(**{column: {**content, **anew}})


def _sealed_anew(values: Mapping[str, Any], done: Resealed) -> dict[str, bytes]:
    """Those of the values that the newest key did not seal, sealed by it."""
    changed: dict[str, bytes] = {}
    for name, value in values.items():
        if not value:
            continue
        if sealer().is_current(value):
            done.current += 1
            continue
        try:
            changed[name] = sealer().seal(sealer().unseal(value))
            done.changed += 1
        except SealBroken:
            done.lost += 1
    return changed


def _sealed() -> Iterator[tuple[type[models.Model], list[str]]]:
    for model in apps.get_models():
        columns = [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]
        if columns:
            yield model, columns
