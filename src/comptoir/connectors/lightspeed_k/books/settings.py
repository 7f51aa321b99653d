"""Ways to pay, taxes and accounting groups: what a place is set up with, for bookkeeping."""

from typing import Final

from comptoir.connectors.lightspeed_k.books import schemas
from comptoir.connectors.lightspeed_k.calls import Calls, path_to
from comptoir.connectors.lightspeed_k.figures import parts_per_million, text
from comptoir.connectors.lightspeed_k.values import unreadable
from comptoir.pos.model import Location
from comptoir.pos.places import AccountingGroup, PaymentMethod, TaxRate

PATH: Final = "/f/finance/{location}/{listing}"


class Settings(Calls):
    """Listings of the financial API. https://api-docs.lsk.lightspeed.app/group/endpoint-financial.md"""

    def payment_methods(self, location: Location) -> tuple[PaymentMethod, ...]:
        """Ways to pay; read them again before use. https://api-docs.lsk.lightspeed.app/group/endpoint-financial.md"""
        return tuple(
            PaymentMethod(
                id=str(each.pm_id),
                code=text(each.code),
                name=text(each.name),
                accounting_reference=text(each.accounting_reference),
            )
            for each in self._listed(location, "paymentMethods").payment_method_list or ()
        )

    def tax_rates(self, location: Location) -> tuple[TaxRate, ...]:
        """Taxes. https://api-docs.lsk.lightspeed.app/group/endpoint-financial.md"""
        return tuple(
            _tax_rate(each, f"$._embedded.taxRateList[{place}].rate")
            for place, each in enumerate(self._listed(location, "tax-rates").tax_rate_list or ())
        )

    def accounting_groups(self, location: Location) -> tuple[AccountingGroup, ...]:
        """Accounting groups. https://api-docs.lsk.lightspeed.app/group/endpoint-financial.md"""
        return tuple(
            AccountingGroup(
                id=str(each.accounting_group_id),
                name=text(each.name),
                code=text(each.code),
                statistic_group=text(each.statistic_group),
            )
            for each in self._listed(location, "accountingGroups").accounting_group_list or ()
        )

    def _listed(self, location: Location, listing: str) -> schemas.Listed:
        path = path_to(PATH, location=location.external_id, listing=listing)
        return self._ask(path, schemas.LISTING).embedded or schemas.Listed()


def _tax_rate(read: schemas.TaxRate, path: str) -> TaxRate:
    rate = parts_per_million(read.rate)
    if rate is None:
        raise unreadable(path, "below 1, so no multiplier")
    return TaxRate(
        code=text(read.code),
        rate_ppm=rate,
        description=text(read.description),
        included=read.tax_included,
        accounting_reference=text(read.accounting_reference),
    )
