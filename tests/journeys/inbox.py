"""What was posted to a door is drained next: whoever drains at once might come before the door's own wake."""

from comptoir.core.intake.receive import DRAIN_JOB
from comptoir.core.jobs import engine


def wake() -> None:
    """Ask for the drain, as the door does a moment after its answer, and the sweeper should it die before."""
    engine.by_name(DRAIN_JOB).enqueue_once()
