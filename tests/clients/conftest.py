"""A table at Le Zinc whose provider is a program of its own."""

from tests.apps.pay_at_table.conftest import provider as provider
from tests.apps.pay_at_table.conftest import stranger as stranger
from tests.apps.pay_at_table.conftest import table as table
from tests.core.conftest import no_jobs as no_jobs
