"""What an account was asked for and did not grant: what does not work then is told to people (E54, E55)."""

import os
from collections.abc import Collection

from django.utils.translation import gettext as _

from comptoir.core.connections.models import Connection
from comptoir.core.connections.tokens import TokenPair
from comptoir.kernel.errors import ComptoirError, VendorRefused
from comptoir.pos import registry
from comptoir.pos.connector import Endpoints, Manifest


class NotAPartner(VendorRefused):
    """This installation's client is a self-service one: nothing a person who signs in could mend."""

    def __init__(self, vendor: Manifest) -> None:
        rights = ", ".join(sorted(vendor.partners_only))
        super().__init__(
            _(
                "%(vendor)s opens orders, payments at the table and notifications to approved partner clients only, and"
                " this installation has a self-service client. Its operator has to ask for a partner’s."
            ),
            for_log=f"not granted: {rights}",
            names={"vendor": vendor.name},
        )


def asked_for(manifest: Manifest, endpoints: Endpoints) -> tuple[str, ...]:
    """The scopes of a consent."""
    return endpoints.scopes or manifest.scopes


def missing(connection: Connection) -> tuple[str, ...]:
    """The scopes that are asked for and were not granted; () where the vendor does not say, or in words of its own."""
    connector = registry.connector(connection.provider)
    if not connector.manifest.tells_grants:
        return ()
    try:
        asked = asked_for(connector.manifest, connector.endpoints(os.environ))
    except ComptoirError:  # no client is set up here any more
        asked = connector.manifest.scopes
    return _lacking(asked, connection.scopes)


def lacks_partners(connection: Connection) -> bool:
    """Whether the account was opened by a client that is no approved partner's: only its books can be read."""
    vendor = registry.connector(connection.provider).manifest
    return bool(vendor.partners_only & set(_lacking(vendor.scopes, connection.scopes)))


def require_partners(manifest: Manifest, endpoints: Endpoints, pair: TokenPair) -> None:
    """Raises NotAPartner where what partners alone are given was asked for and is not in the answer (E54)."""
    lacking = _lacking(asked_for(manifest, endpoints), pair.scopes)
    if manifest.tells_grants and manifest.partners_only & set(lacking):
        raise NotAPartner(manifest)


def _lacking(asked: Collection[str], granted: Collection[str]) -> tuple[str, ...]:
    """An answer that holds none of what was asked for speaks of something else: nothing is known then."""
    is_told = not set(asked).isdisjoint(granted)
    return tuple(each for each in asked if each not in granted) if is_told else ()
