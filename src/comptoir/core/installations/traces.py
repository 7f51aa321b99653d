"""What became of sales in the apps: each app says it in a few words, wherever the house shows a sale."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from comptoir.core.installations import manifest


def traces(organisation_id: UUID, sale_ids: Collection[UUID]) -> dict[UUID, list[manifest.Trace]]:
    """Of each sale, what the apps made of it; sales that none has to do with are left out. One question an app."""
    found: defaultdict[UUID, list[manifest.Trace]] = defaultdict(list)
    for app in manifest.apps():
        if app.traces and sale_ids:
            for sale_id, trace in app.traces(organisation_id, sale_ids).items():
                found[sale_id].append(trace)
    return dict(found)
