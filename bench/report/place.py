"""`python -m bench.report.place`: the store that pages of one store are asked about, and its department."""

import json

from comptoir.cli import house


def main() -> None:
    """Print their ids: the department is the one that the weekly balance opens with."""
    from comptoir.apps.weekly_balance.models import Department
    from comptoir.kernel.ids import public_id

    first = Department.objects.order_by("name")[0]
    place = public_id("sto", first.store_id)
    print(json.dumps({"store": str(first.store_id), "place": place, "department": first.public_id}))


if __name__ == "__main__":
    house.set_up_django()
    main()
