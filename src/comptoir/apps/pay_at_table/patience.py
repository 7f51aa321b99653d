"""Ask a till that may be slow: whoever waits for a page or for the API is answered within five seconds (E43)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from datetime import timedelta
from typing import Final, TypeVar

from django.db import connection
from django.utils.translation import gettext as _

from comptoir.kernel.errors import OutcomeUnknown, VendorBusy, VendorRefused, VendorUnreadable

LONGEST: Final = timedelta(seconds=4.5)
AT_ONCE: Final = 8

Read = TypeVar("Read")
_readers = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="tills")


def in_time(read: Callable[[], Read], known: Callable[[], Read | None]) -> tuple[Read, bool]:
    """What is read, or what was known before (then: True) when the till is slow or cannot be asked; a read that comes
    too late is finished all the same. Raises the vendor's errors where nothing was known."""

    def reading() -> Read:
        try:
            return read()
        finally:
            connection.close()

    try:
        return _readers.submit(reading).result(timeout=LONGEST.total_seconds()), False
    except TooSlow:
        trouble: Exception = VendorBusy(_("The till answers too slowly."))
    except (VendorBusy, VendorUnreadable, OutcomeUnknown, VendorRefused) as error:
        trouble = error
    before = known()
    if before is None:
        raise trouble
    return before, True
