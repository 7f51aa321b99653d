"""What web processes answer: one page, asked for by as many visitors at once, by one process and by two."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Final

from bench import running
from bench.failure import BenchFailure
from bench.running import House

PAGE: Final = "/sales"
VISITORS: Final = 8
SECONDS: Final = 6.0


def answered(processes: int) -> tuple[float, float]:
    """Pages a second, and CPU seconds of web processes and database for a thousand pages. Raises BenchFailure."""
    with running.house("scale") as house:
        cookie = house.run("bench.pages.house")
        doors = [house, *(house.of("comptoir") for _each in range(processes - 1))]
        pids = [each.serve().pid for each in doors]
        # Two processes on one machine are told apart by their cookies' names.
        name = cookie["name"].removesuffix(str(house.port))
        headers = {"cookie": "; ".join(f"{name}{each.port}={cookie['value']}" for each in doors)}
        _visit(doors, headers, 1.0)  # templates and plans
        before, began = _spent(house, pids), time.perf_counter()
        pages = _visit(doors, headers, SECONDS)
        elapsed = time.perf_counter() - began
        return pages / elapsed, (_spent(house, pids) - before) / pages * 1000


def _spent(house: House, pids: Sequence[int]) -> float:
    return sum(running.cpu(pid) for pid in pids) + house.database_cpu


def _visit(doors: Sequence[House], headers: dict[str, str], seconds: float) -> int:
    """How many pages visitors got, who are spread over the processes and ask again at once."""

    def visit(number: int) -> int:
        connection = HTTPConnection("localhost", doors[number % len(doors)].port)
        until, pages = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            connection.request("GET", PAGE, headers=headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise BenchFailure(f"{PAGE} is answered with {answer.status}.")
            pages += 1
        return pages

    with ThreadPoolExecutor(VISITORS) as visitors:
        return sum(visitors.map(visit, range(VISITORS)))
