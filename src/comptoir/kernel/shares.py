"""An amount in parts that add up to it, to the smallest coin: how targets are spread over days and hours."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from comptoir.kernel.errors import RuleBroken

CENT: Final = Decimal("0.01")


def share(amount: Decimal, weights: Sequence[Decimal], *, smallest: Decimal = CENT) -> list[Decimal]:
    """An amount in parts in proportion to weights, which may add up to anything but nothing.

    The parts are whole multiples of `smallest` and add up to the amount; what rounding leaves over goes to the largest
    remainders, the earlier part first. Raises RuleBroken (`weights`, 422) when they are nothing or one is negative.
    """
    whole = sum(weights, Decimal(0))
    if not whole or any(weight < 0 for weight in weights):
        raise RuleBroken("The weights have to add up to 100 %.", code="weights", status=422)
    exact = [amount * weight / whole for weight in weights]
    parts = [(each // smallest) * smallest for each in exact]
    left = int((amount - sum(parts, Decimal(0))) // smallest)
    step = smallest if left >= 0 else -smallest
    order = sorted(range(len(parts)), key=lambda place: (-abs(exact[place] - parts[place]), place))
    for place in order[: abs(left)]:
        parts[place] += step
    rest = amount - sum(parts, Decimal(0))  # finer than `smallest`
    if rest and order:
        parts[order[0]] += rest
    return parts
