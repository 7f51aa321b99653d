"""What the API refuses, as an exception: `done(answer)` is the answer, or raises what it said instead."""

from typing import TypeVar

from .models.problem import Problem
from .types import Unset

Answer = TypeVar("Answer")


class Refused(Exception):
    """The API said no. `problem.code` is stable and in docs/reference/api.md; `may_pass`: try again later."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem

    @property
    def may_pass(self) -> bool:
        """Whether the same call, with the same Idempotency-Key, may do better later."""
        return not isinstance(self.problem.retryable, Unset) and bool(self.problem.retryable)


def done(answer: Answer | Problem | None) -> Answer:
    """The answer. Raises Refused; ValueError for one the client does not know (not modified, or a newer API)."""
    if isinstance(answer, Problem):
        raise Refused(answer)
    if answer is None:
        raise ValueError("an answer without a body that this client knows")
    return answer
