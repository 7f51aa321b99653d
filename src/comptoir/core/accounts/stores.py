"""Which stores there are for somebody: those of an organisation, as far as they were given."""

from collections.abc import Collection
from uuid import UUID

from comptoir.core.accounts.models import Store


def stores(organisation_id: UUID, *, store_ids: Collection[UUID] | None = None) -> list[Store]:
    """The stores of an organisation by name; `store_ids` are those that may be seen, None means all."""
    found = Store.objects.filter(organisation_id=organisation_id).order_by("name")
    return list(found if store_ids is None else found.filter(id__in=store_ids))


def is_visible(store_ids: Collection[UUID] | None, store_id: UUID | None) -> bool:
    """Whether something of a store may be seen; what belongs to no store yet is for those who see all of them."""
    return store_ids is None or store_id in store_ids
