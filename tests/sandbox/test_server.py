"""The sandbox as a process: ports, restarts, kill -9."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from comptoir.kernel.errors import ComptoirError
from comptoir.kernel.http import send
from comptoir.pos.hosting import LARGEST_BODY, Request, Response, Server
from comptoir.sandbox.catalogue import LE_ZINC
from comptoir.sandbox.server import LIGHTSPEED_K, Sandbox, client_of
from tests.answering import Answering, answering
from tests.connectors.lightspeed_k.simulator_shop import until
from tests.sandbox.restaurants import CLIENT, ZINC, quiet_sandbox
from tests.servers import free_port

RUNNING = """
import sys
from pathlib import Path
from tests.sandbox.restaurants import quiet_sandbox
sandbox = quiet_sandbox(Path(sys.argv[1]))
sandbox.start()
print(sandbox.control_url, flush=True)
sys.stdin.read()
"""
WHOLE = """
import sys
from pathlib import Path
from comptoir.sandbox.server import run
from tests.sandbox.restaurants import CLIENT
ports = [int(port) for port in sys.argv[2:]]
run(folder=Path(sys.argv[1]), host="127.0.0.1", control_port=ports[0], simulator_ports={"lightspeed_k": ports[1]},
    client=CLIENT)
"""
ROOT = Path(__file__).parents[2]


@contextmanager
def spawn(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that does not outlive its test, however that ends."""
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def call(method: str, url: str, body: Any = None, **headers: str) -> Any:
    answer = send(method, url, body=b"" if body is None else json.dumps(body).encode(), headers=headers)
    assert answer.status < 300, answer.body
    return json.loads(answer.body)


@pytest.fixture
def receiver() -> Iterator[Answering]:
    with answering() as receiver:
        yield receiver


def test_a_kill_loses_no_token_no_setting_no_bill_and_no_notification(tmp_path: Path, receiver: Answering) -> None:
    with spawn(RUNNING, str(tmp_path)) as process:
        assert process.stdout is not None
        control = process.stdout.readline().strip()
        pair = call("POST", f"{control}/api/lightspeed_k/tokens", {"business_id": LE_ZINC})
        hooks = f"/api/lightspeed_k/locations/{ZINC}/notifications"
        call("PUT", control + hooks, {"url": f"http://127.0.0.1:{free_port()}/nobody"})
        bill = call("POST", f"{control}/api/locations/{ZINC}/bills", {})
        until(lambda: call("GET", control + hooks)["latest"])
        process.kill()
    sandbox = quiet_sandbox(tmp_path)
    sandbox.start()
    try:
        control, vendor = sandbox.control_url, sandbox.simulator_urls[LIGHTSPEED_K]
        call("GET", f"{vendor}/f/data/businesses", authorization=f"Bearer {pair['access_token']}")
        assert call("GET", control + hooks)["waiting"] == 1
        assert call("GET", f"{control}/api/state")["locations"][0]["open"] == [bill]
        call("PUT", control + hooks, {"url": f"{receiver.url}/hooks"})
        until(lambda: receiver.asked)
        assert json.loads(receiver.asked[0].body)["account"]["accountNumber"] == bill["number"]
        assert call("POST", f"{control}/api/locations/{ZINC}/bills", {})["number"] != bill["number"]
    finally:
        sandbox.stop()


def test_run_has_a_past_to_import_and_stops_at_sigterm(tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    with spawn(WHOLE, str(tmp_path), *map(str, ports)) as process:
        state = until(lambda: _state(ports[0]), seconds=60)
        assert not state["paused"]
        assert all(location["closed"] for location in state["locations"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def _state(port: int) -> Any:
    try:
        return call("GET", f"http://127.0.0.1:{port}/api/state")
    except ComptoirError:
        return None


def test_a_taken_port_is_one_sentence_and_leaves_nothing_behind() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for ports in ({"control_port": port}, {"simulator_ports": {LIGHTSPEED_K: port}}):
            sandbox = Sandbox(folder=None, client=CLIENT, history=timedelta(0), **ports)
            with pytest.raises(ComptoirError, match=f"Port {port} is already used") as raised:
                sandbox.start()
            assert "\n" not in raised.value.for_owner


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ComptoirError, match="cannot be made"):
        quiet_sandbox(tmp_path / "file" / "sandbox").start()
    with pytest.raises(ComptoirError, match="cannot be used"):
        client_of(tmp_path / "file" / "sandbox", redirects=())


def test_the_client_of_a_folder_is_made_once_and_kept_private(tmp_path: Path) -> None:
    client = client_of(tmp_path / "sandbox", redirects=("http://localhost:8000/",))
    assert client_of(tmp_path / "sandbox", redirects=("http://localhost:8000/",)) == client
    assert len(client.secret.reveal()) > 20
    assert client.secret.reveal() not in repr(client)
    files = list((tmp_path / "sandbox").iterdir())
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600]


def test_a_bug_is_a_500_and_a_huge_body_a_413(caplog: pytest.LogCaptureFixture) -> None:
    def answer(request: Request, _: object) -> Response:
        if request.path == "/bug":
            raise ZeroDivisionError
        return Response(200, repr(sorted(request.query.items())).encode(), {"x-path": request.path})

    server = Server(answer, host="127.0.0.1", port=0)
    server.start()
    try:
        assert send("GET", f"{server.url}/bug", body=b"", headers={}).status == 500
        assert "ZeroDivisionError" in caplog.text
        assert send("POST", server.url, body=b"x" * (LARGEST_BODY + 1), headers={}).status == 413
        shown = send("GET", f"{server.url}/a%20b?x=1&x=2&y=caf%C3%A9+noir&z=", body=b"", headers={})
        assert shown.body.decode() == "[('x', '2'), ('y', 'café noir'), ('z', '')]"
        assert shown.headers["x-path"] == "/a b"
        assert send("HEAD", f"{server.url}/", body=b"", headers={}).body == b""
    finally:
        server.stop()
