"""What the contestants did in their turns, and the medians of it."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from bench.door.load import Outcome


@dataclass(frozen=True)
class Turn:
    """One contestant under full load, and the CPU seconds that took."""

    outcome: Outcome
    web_cpu: float
    database_cpu: float


@dataclass
class Turns:
    """All turns of a run."""

    syncs: list[float] = field(default_factory=list)
    _of: defaultdict[str, list[Turn]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, turn: Turn) -> None:
        """Note a contestant's turn."""
        self._of[name].append(turn)

    def rate(self, name: str) -> float:
        """Its median of requests a second."""
        return self._median(name, lambda turn: turn.outcome.rate)

    def rows(self) -> dict[str, list[str]]:
        """For the table: rates, latencies, CPU seconds for a thousand requests, and how busy the web process was."""
        return {name: self._row(name) for name in self._of}

    def _row(self, name: str) -> list[str]:
        rates = [turn.outcome.rate for turn in self._of[name]]
        p50 = self._median(name, lambda turn: turn.outcome.percentile(50))
        p99 = self._median(name, lambda turn: turn.outcome.percentile(99))
        return [
            *(f"{rate:,.0f}" for rate in (median(rates), min(rates), max(rates))),
            f"{p50:.2f}",
            f"{p99:.2f}",
            *(f"{self._per_thousand(name, part):.3f}" for part in ("web_cpu", "database_cpu")),
            f"{self._median(name, lambda turn: turn.outcome.generator_cpu / turn.outcome.answered * 1000):.3f}",
            f"{self._median(name, lambda turn: turn.web_cpu / turn.outcome.seconds):.0%}",
        ]

    def _per_thousand(self, name: str, part: str) -> float:
        return self._median(name, lambda turn: getattr(turn, part) / turn.outcome.answered * 1000)

    def _median(self, name: str, figure: Callable[[Turn], float]) -> float:
        return median(figure(turn) for turn in self._of[name])
