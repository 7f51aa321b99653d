"""Our own ids."""

import time

from ulid import ULID

from comptoir.kernel.ids import new_id, parse_id, public_id


def test_an_id_sorts_by_the_millisecond_it_was_made_in_and_is_shown_as_a_ulid() -> None:
    before = time.time_ns() // 1_000_000
    made = [new_id() for _ in range(1000)]

    instants = [ULID.from_uuid(each).milliseconds for each in made]
    assert instants == sorted(instants)
    assert before <= instants[0] <= instants[-1] <= time.time_ns() // 1_000_000
    assert len(set(made)) == len(made)
    assert parse_id("sal", public_id("sal", made[0])) == made[0]


def test_ids_made_one_after_another_sort_so_within_a_millisecond_too() -> None:
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(made)
