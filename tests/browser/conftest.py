"""One running demo for all journeys of a process: each has people and an organisation of its own. It ends with the last
of them, for it takes half of a core while it lives."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.browser.running import Demo, first_free_port
from tests.servers import until


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    data = tmp_path_factory.mktemp("demo")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COMPTOIR_")}
    environ.pop("DATABASE_URL", None)
    environ |= {"COMPTOIR_DATA": str(data), "PORT": str(first_free_port())}
    process = subprocess.Popen([sys.executable, "-m", "comptoir", "demo"], env=environ)
    facts = data / "demo.json"

    def is_ready() -> bool:
        assert process.poll() is None, "the demo ended by itself"
        return facts.exists()

    try:
        until(is_ready, seconds=180)
        yield Demo(json.loads(facts.read_text()))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
