"""Whose account a consent opens: a connection that is connected again must stay with its own."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.connections.tokens import TokenPair
from comptoir.kernel.errors import RuleBroken, VendorRefused
from comptoir.kernel.seal import Secret
from comptoir.pos import registry
from comptoir.pos.connector import Endpoints


@dataclass(frozen=True)
class FreshCredentials:
    """A token that was handed out a moment ago and belongs to no connection yet; it is not renewed."""

    access: Secret

    def access_token(self) -> Secret:
        """The token."""
        return self.access

    def renewed(self, stale: Secret) -> Secret:  # noqa: ARG002 - nothing is renewed
        """Raises VendorRefused: what is refused at once will not get better."""
        raise VendorRefused(_("The till refuses the sign-in it has just accepted. Connect again."))


def require_same_account(connection: Connection, pair: TokenPair, endpoints: Endpoints) -> None:
    """Whoever signs in with another login of the same account sees at least one of its locations.

    Raises RuleBroken when none of them is there, and Vendor* errors when the vendor cannot tell.
    """
    links = LocationLink.objects.filter(organisation_id=connection.organisation_id, connection=connection)
    linked = links.filter(store__isnull=False)
    known = set((linked if linked.exists() else links).values_list("external_id", flat=True))
    connector = registry.connector(connection.provider)
    vendor = connector.open(endpoints, FreshCredentials(pair.access))
    try:
        seen = vendor.locations()
    finally:
        vendor.close()
    if known and not known & {each.external_id for each in seen}:
        name, other = connector.manifest.name, ", ".join(sorted({each.business_name for each in seen}))
        raise RuleBroken(
            _(
                "This sign-in opens another %(vendor)s account (%(other)s), none of whose locations belong to this"
                " connection. %(this)s stays as it was: sign in with a login of that account, or add the other account"
                " as a connection of its own."
            )
            % {
                "vendor": name,
                "other": other or _("one without locations"),
                "this": connection.account_name or _("This one"),
            },
            code="other_account",
        )
