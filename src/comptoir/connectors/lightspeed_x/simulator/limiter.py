"""The limit of one retailer and application: 300 requests for each register and 50 more, in five minutes (4)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime


@dataclass
class Limiter:
    """Counts in fixed windows (assumed)."""

    registers: int
    window: timedelta
    began: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    used: int = 0

    @property
    def limit(self) -> int:
        """Requests in a window."""
        return 300 * self.registers + 50

    def take(self, *, now: datetime) -> tuple[bool, dict[str, str]]:
        """Whether the request is answered, and the headers that say how many are left; a 429 says when, as a date."""
        if now >= self.began + self.window:
            self.began, self.used = now, 0
        allowed = self.used < self.limit
        self.used += allowed
        headers = {"X-RateLimit-Limit": str(self.limit), "X-RateLimit-Remaining": str(self.limit - self.used)}
        if not allowed:
            # Whole seconds: rounded up, lest it is asked again too early.
            ends = (self.began + self.window).astimezone(UTC) + timedelta(seconds=1)
            headers["Retry-After"] = format_datetime(ends.replace(microsecond=0), usegmt=True)
        return allowed, headers
