"""The weekly balance of the cellar."""

from comptoir.apps.weekly_balance import setting_up
from comptoir.apps.weekly_balance.models import Correction, PosImport, ReopenRequest
from comptoir.apps.weekly_balance.models import Field as BalanceField
from tests.tenants.world import NOW, World


def fill(world: World) -> None:
    """A department of the cellar with a day, and a number that the till would change."""
    organisation_id = world.people.le_zinc.id
    who = {"actor": "user:1", "now": NOW}
    setting_up.change(
        organisation_id=organisation_id,
        values={"multi_cash_registers": True, "pos_import": True},
        **who,  # type: ignore[arg-type]
    )
    setting_up.map_usual(organisation_id=organisation_id, **who)  # type: ignore[arg-type]
    department = setting_up.save_department(
        store=world.cellar,
        name=world.of_the_store,
        client_number="",
        terminals=[],
        **who,  # type: ignore[arg-type]
    )
    field_of_sales = BalanceField.objects.get(organisation_id=organisation_id, field_type="net_sales")
    correction = Correction.objects.create(
        organisation_id=organisation_id,
        department_id=department.id,
        business_date=NOW.date(),
        field_id=field_of_sales.id,
        standing=1,
        proposed=2,
        created_at=NOW,
    )
    asked = PosImport.objects.create(
        organisation_id=organisation_id,
        department_ids=[department.id],
        first=NOW.date(),
        last=NOW.date(),
        actor="user:1",
        started_at=NOW,
    )
    reopening = ReopenRequest.objects.create(
        organisation_id=organisation_id,
        department_id=department.id,
        business_date=NOW.date(),
        reason="A typo.",
        asked_by=f"user:{world.people.alice.pk}",
        asked_at=NOW,
    )
    world.ids |= {
        "reopen_id": reopening.public_id,
        "balance_import_id": asked.public_id,
        "department_id": department.public_id,
        "field_id": field_of_sales.public_id,
        "correction_id": correction.public_id,
    }
