"""An organisation with everything in it, whose first store a colleague does not have. Whatever of that store can be
read anywhere carries `OF_THE_STORE`; what the whole organisation may read carries `OF_THE_ORGANISATION`.
"""

from comptoir.core.accounts.models import Membership, MembershipStore, Store
from tests.apps.loyalty.till import till_of
from tests.people import People, create_store
from tests.tenants import balance, house, loyalty, tables, traffic
from tests.tenants.world import NOW, OF_THE_ORGANISATION, OF_THE_STORE, World

__all__ = ("NOW", "OF_THE_ORGANISATION", "OF_THE_STORE", "World", "build")


def build(people: People, *, of_the_store: str = OF_THE_STORE, of_the_organisation: str = OF_THE_ORGANISATION) -> World:
    """One of everything that has an address, each of the cellar, under these names."""
    cellar = people.bar
    Store.objects.filter(id=cellar.id).update(name=of_the_store)
    cellar.refresh_from_db()
    terrace = create_store(people.le_zinc, "Terrace")
    membership = Membership.objects.get(organisation=people.le_zinc, user=people.bob)
    Membership.objects.filter(pk=membership.pk).update(all_stores=False)
    MembershipStore.objects.create(organisation=people.le_zinc, membership=membership, store=terrace)
    world = World(people, cellar, terrace, membership, of_the_store, of_the_organisation)
    loyalty.fill(world, till_of(people.le_zinc, cellar))
    house.till(world)
    house.webhook(world)
    house.intake(world)
    house.members(world)
    balance.fill(world)
    house.partner(world)
    traffic.fill(world)
    tables.fill(world)
    return world
