"""Who may see and do what, cell by cell, for every address of the app (weekly-balance.md 2)."""

import pytest
from django.urls import resolve

from comptoir.apps.weekly_balance.urls import urlpatterns
from comptoir.core.accounts.roles import Role
from tests.apps.weekly_balance.bills import DAY
from tests.apps.weekly_balance.house import House, other_store
from tests.apps.weekly_balance.test_pages import member, scoped, text

pytestmark = pytest.mark.django_db

# The table of section 2, cell by cell: what a role gets for a GET or POST of its own organisation.
SEES, DOES, NO, NOTHING = 200, 302, 403, 404
ROLES = (Role.STAFF, Role.MANAGER, Role.REGIONAL_SUPERVISOR, Role.SUPERVISOR, Role.OWNER)
EVERYBODY = (SEES, SEES, SEES, SEES, SEES)
OFFICE_SEES, OFFICE_DOES = (NO, SEES, SEES, SEES, SEES), (NO, DOES, DOES, DOES, DOES)
SUPERVISORS_SEE, SUPERVISORS_DO = (NO, NO, SEES, SEES, SEES), (NO, NO, DOES, DOES, DOES)
TOLD_WHAT_LACKS, NOTHING_THERE = (NO, NO, 422, 422, 422), (NO, NO, NOTHING, NOTHING, NOTHING)
"""Whoever may do it is told what is missing in an empty form, or that nothing has this id."""
CELLS = {
    "get /balance": OFFICE_SEES,
    "get /balance/totals": OFFICE_SEES,
    "get /balance/today": EVERYBODY,
    "get OF/DAY": OFFICE_SEES,
    "get OF/export": OFFICE_SEES,
    "get OF/export?format=xlsx": OFFICE_SEES,
    "get OF/export?format=pdf": OFFICE_SEES,
    "post OF/numbers": OFFICE_DOES,
    "post OF/DAY/hours": OFFICE_DOES,
    "post OF/undo": OFFICE_DOES,
    "post OF/DAY/note": OFFICE_DOES,
    "post OF/DAY/confirm": OFFICE_DOES,
    "post OF/DAY/reopen": SUPERVISORS_DO,
    "post OF/DAY/approve/fld_00000000000000000000000000": NOTHING_THERE,
    "post OF/DAY/ask": OFFICE_DOES,
    "post /balance/reopening/rop_00000000000000000000000000/grant": NOTHING_THERE,
    "post /balance/reopening/rop_00000000000000000000000000/asker/seen": (NO, NOTHING, NOTHING, NOTHING, NOTHING),
    "post /balance/corrections/cor_00000000000000000000000000/accept": NOTHING_THERE,
    "get /balance/settings": OFFICE_SEES,
    "post /balance/settings/save": TOLD_WHAT_LACKS,
    "get /balance/departments": OFFICE_SEES,
    "get /balance/departments/DEPARTMENT": OFFICE_SEES,
    "post /balance/departments/new/save": TOLD_WHAT_LACKS,
    "get /balance/fields": OFFICE_SEES,
    "post /balance/fields/usual": SUPERVISORS_DO,
    "get /balance/presets": OFFICE_SEES,
    "post /balance/presets/retail": SUPERVISORS_DO,
    "get /balance/budgets": OFFICE_SEES,
    "post OF/budget/days": SUPERVISORS_DO,
    "get /balance/import": SUPERVISORS_SEE,
    "post /balance/import/begin": TOLD_WHAT_LACKS,
    "post /balance/imports/wbi_00000000000000000000000000/cancel": NOTHING_THERE,
}

CONNECTIONS = {
    "get /connections": OFFICE_SEES,
    "post /connections/con_00000000000000000000000000/refresh": NOTHING_THERE,
    "post /connections/con_00000000000000000000000000/locations": NOTHING_THERE,
}
"""Connecting the till is the house's own page: a manager sees how it stands, and no more."""


def path_of(asked: str, department: str) -> str:
    path = asked.partition(" ")[2].replace("OF", f"/balance/of/{department}")
    return path.replace("DEPARTMENT", department).replace("DAY", str(DAY))


@pytest.mark.parametrize("role", ROLES)
def test_the_table_of_roles_cell_by_cell(house: House, role: Role) -> None:
    browser, department = member(house, "Someone", role), house.department.public_id
    all_of_it = CELLS | CONNECTIONS
    found = {
        asked: getattr(browser, asked.partition(" ")[0])(path_of(asked, department)).status_code for asked in all_of_it
    }
    assert found == {asked: cells[ROLES.index(role)] for asked, cells in all_of_it.items()}


@pytest.mark.parametrize("role", [Role.MANAGER, Role.REGIONAL_SUPERVISOR])
def test_the_table_of_roles_ends_at_the_stores_that_somebody_was_given(house: House, role: Role) -> None:
    elsewhere, department = scoped(house, "Someone", role, other_store(house.people, "Cellar")), house.department
    of_one = [asked for asked in CELLS if "OF" in asked or "DEPARTMENT" in asked]
    found = {
        asked: getattr(elsewhere, asked.partition(" ")[0])(path_of(asked, department.public_id)).status_code
        for asked in of_one
    }
    refused = {asked: NO if CELLS[asked][ROLES.index(role)] == NO else NOTHING for asked in of_one}
    assert found == refused, "what they may do nowhere is refused; what they may do elsewhere is not there"
    assert "Bar" not in text(elsewhere, "/balance/totals").replace("toolbar", "")


def test_the_table_of_roles_leaves_out_no_route() -> None:
    asked = {resolve(path_of(each, "dep_1").partition("?")[0]).url_name for each in CELLS}
    assert asked == {each.name for each in urlpatterns}
