"""Users of the till and of the back office, and their groups."""

from collections.abc import Iterable, Iterator
from typing import Final

from comptoir.connectors.lightspeed_k.calls import path_to
from comptoir.connectors.lightspeed_k.figures import named, text, uncut
from comptoir.connectors.lightspeed_k.staff import schemas
from comptoir.connectors.lightspeed_k.staff.pages import Listings
from comptoir.pos.model import Location, Named
from comptoir.pos.people import StaffMember

USERS_PATH: Final = "/staff/v1/businessLocations/{location}/userTypes/{kind}"
GROUPS_PATH: Final = "/staff/v1/businessLocations/{location}/groups"
TILL, BACK_OFFICE = "POS", "BACK_OFFICE"


class People(Listings):
    """Reading users."""

    def staff(self, location: Location) -> Iterator[StaffMember]:
        """Users of both kinds; who is of both comes once.

        https://api-docs.lsk.lightspeed.app/operation/operation-staff-apigetposstaff
        https://api-docs.lsk.lightspeed.app/operation/operation-staff-apigetbackofficestaff
        """
        seen: set[str] = set()
        for kind in (TILL, BACK_OFFICE):
            for page in self._pages(path_to(USERS_PATH, location=location.external_id, kind=kind), {}):
                for each in page.staff or ():
                    if str(each.staff_id) not in seen:
                        seen.add(str(each.staff_id))
                        yield to_member(each, location, listed_as=kind)

    def staff_groups(self, location: Location) -> tuple[Named, ...]:
        """Groups. https://api-docs.lsk.lightspeed.app/operation/operation-staff-apigetposusergroups"""
        pages = self._pages(path_to(GROUPS_PATH, location=location.external_id), {})
        return tuple(each for page in pages for each in _all_named(page.staff_group_list))


def to_member(read: schemas.Member, location: Location, *, listed_as: str) -> StaffMember:
    """A user; without a name of his own he goes by the name he signs in with."""
    kinds = {*(read.user_types or ()), listed_as}
    name = f"{text(read.first_name)} {text(read.last_name)}".strip()
    return StaffMember(
        id=str(read.staff_id),
        location_id=location.external_id,
        name=name or text(read.username),
        first_name=text(read.first_name),
        last_name=text(read.last_name),
        email=uncut(read.email),
        active=read.active is not False,
        uses_till=TILL in kinds,
        uses_back_office=BACK_OFFICE in kinds,
        groups=_all_named(read.groups),
        roles=_all_named(read.roles),
    )


def _all_named(groups: Iterable[schemas.Group] | None) -> tuple[Named, ...]:
    found = (named(each.id, each.name) for each in groups or ())
    return tuple(each for each in found if each)
