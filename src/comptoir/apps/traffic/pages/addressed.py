"""What an address of an integration names, as far as this chain has it."""

from uuid import UUID

from django.utils.translation import gettext as _

from comptoir.apps.traffic import jobs
from comptoir.apps.traffic.models import ImportJob
from comptoir.core.connections.models import Connection
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.shell import OrganisationRequest


def job_of(request: OrganisationRequest, job_id: str) -> ImportJob:
    """The job of an address. Raises RuleBroken (404)."""
    return jobs.find(request.organisation.id, parse_id("job", job_id))


def connection_of(request: OrganisationRequest, connection_id: UUID) -> Connection:
    """The chain's connection of that id. Raises RuleBroken (404)."""
    found = Connection.objects.filter(organisation=request.organisation, id=connection_id).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def actor(request: OrganisationRequest) -> str:
    """Whoever asks, as the record names him."""
    return f"user:{request.user.pk}"
