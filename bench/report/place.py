"""`python -m bench.report.place`: the store that pages of one store are asked about, and the id of its department."""

import json

from comptoir.cli import house


def main() -> None:
    """Print both: the department is the one that the weekly balance opens with."""
    from comptoir.apps.weekly_balance.models import Department

    first = Department.objects.order_by("name")[0]
    print(json.dumps({"store": str(first.store_id), "department": first.public_id}))


if __name__ == "__main__":
    house.set_up_django()
    main()
