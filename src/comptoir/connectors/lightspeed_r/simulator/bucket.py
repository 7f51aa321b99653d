"""The leaky bucket and the burst limiter of one account and client (sheet section 7)."""

import math
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from comptoir.connectors.lightspeed_r.simulator.settings import Behaviour

TENTH: Final = Decimal("0.1")


@dataclass
class Bucket:
    """Fills by the cost of each request, empties with time. A request that is refused adds nothing (assumed).

    `served` and `refused` add up for whoever measures: units, and requests.
    """

    behaviour: Behaviour
    level: Decimal = Decimal(0)
    looked_at: datetime | None = None
    second: int = 0
    in_second: int = 0
    code_at: int = 0
    served: Decimal = Decimal(0)
    refused: int = 0

    def take(self, cost: Decimal, *, now: datetime, is_code: bool = False) -> tuple[int, dict[str, str]]:
        """The status (200 or 429) and the headers that every answer carries. `is_code`: a gift card is looked for."""
        behaviour = self.behaviour
        if behaviour.registers is None:
            return 200, {}
        if self.looked_at is not None:
            gone = Decimal(str(max(0.0, (now - self.looked_at).total_seconds())))
            self.level = max(Decimal(0), self.level - gone * behaviour.drip_rate)
        self.looked_at = now
        if int(now.timestamp()) != self.second:
            self.second, self.in_second = int(now.timestamp()), 0
        refusal: dict[str, str] = {}
        if self.in_second >= behaviour.burst or (is_code and self.code_at == self.second):
            refusal = {"X-LS-API-RateLimit-Type": "api-burst-limiter", "Retry-After": "1"}
        elif self.level >= behaviour.bucket_size:
            wait = max(1, math.ceil((self.level - behaviour.bucket_size) / behaviour.drip_rate))
            refusal = {"X-LS-API-RateLimit-Type": "api-leaky-bucket", "Retry-After": str(wait)}
        else:
            self.level += cost
            self.served += cost
            self.in_second += 1
            self.code_at = self.second if is_code else self.code_at
        self.refused += bool(refusal)
        return (429 if refusal else 200), {**self._headers(cost), **refusal}

    def _headers(self, cost: Decimal) -> dict[str, str]:
        behaviour = self.behaviour
        return {
            "X-LS-API-Bucket-Level": f"{self.level.normalize():f}/{behaviour.bucket_size}",
            "X-LS-API-Burst-Level": f"{self.in_second}/{behaviour.burst}",
            "X-LS-API-Drip-Rate": f"{behaviour.drip_rate.normalize():f}",
            "X-LS-API-Request-Cost": f"{cost.normalize():f}",
        }
