"""Axis 3D people counters: hours out of the camera's own statistics.

https://developer.axis.com/vapix/applications/p8815-2-3d-people-counter-api: JSON by start, end and resolution.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from comptoir.apps.traffic.arrivals.arrived import Device, DeviceHour, FeedFault

EXPORT: Final = "/a3dpc/api/export/json?start={since:%Y%m%d}&end=now&resolution=hour"


def hours(device: Device, since: datetime, now: datetime) -> Sequence[DeviceHour]:  # noqa: ARG001 (the camera knows)
    """Each hour from the day of `since` on, by the camera's clock. Raises FeedFault."""
    try:
        rows = json.loads(device.ask("GET", EXPORT.format(since=since), b""))["data"]
        return [DeviceHour(datetime.fromisoformat(row["start"]), int(row["in"]), int(row["out"])) for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise FeedFault(_("The answer of the device cannot be read."), for_log=repr(error)[:200]) from error
