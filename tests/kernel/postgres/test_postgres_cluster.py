"""Where things are, from the data folder alone."""

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from comptoir.kernel.postgres import Cluster, cluster, server
from comptoir.kernel.postgres.cluster import LONGEST_SOCKET_PATH, SOCKET


def test_nothing_is_made(tmp_path: Path) -> None:
    place = cluster(tmp_path / "data")
    assert place.dsn()
    assert place.socket_folder != place.passfile
    assert list(tmp_path.iterdir()) == []


def test_the_socket_is_in_the_data_folder() -> None:
    assert Cluster(Path("/srv/comptoir"), uid=1000).socket_folder == Path("/srv/comptoir/postgres-run")


@pytest.mark.parametrize("folder", ["/srv/" + "x" * 90, "/srv/Café du Port", "/srv/a,b", '/srv/"a"', "/srv/a b"])
def test_a_long_or_odd_path_gets_a_short_socket_folder(folder: str) -> None:
    place = Cluster(Path(folder), uid=1000)
    assert place.socket_folder.parent == Path("/tmp")
    assert place.socket_folder != Cluster(Path(folder), uid=1001).socket_folder
    assert place.socket_folder != Cluster(Path(folder + "x"), uid=1000).socket_folder


def test_the_longest_path_that_fits() -> None:
    rest = "/postgres-run/.s.PGSQL.5432"
    fits = "/" + "x" * (LONGEST_SOCKET_PATH - len(rest) - 1)
    assert Cluster(Path(fits), uid=1000).socket_folder == Path(fits, "postgres-run")
    assert Cluster(Path(fits + "x"), uid=1000).socket_folder.parent == Path("/tmp")


def test_root_always_gets_the_short_one() -> None:
    assert Cluster(Path("/srv"), uid=0).socket_folder.parent == Path("/tmp")


def test_every_spelling_is_one_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    spellings = [tmp_path / "data", Path("data"), tmp_path / "link" / "data", Path("./x/../data/")]
    assert len({cluster(spelling) for spelling in spellings}) == 1
    assert cluster(Path("data")).uid == os.geteuid()


def test_the_dsn_is_quoted() -> None:
    place = Cluster(Path("/srv/l'été \\ à deux"), uid=1000)
    assert conninfo_to_dict(place.dsn("other")) == {
        "host": str(place.socket_folder),
        "port": "5432",
        "user": "comptoir",
        "dbname": "other",
        "passfile": "/srv/l'été \\ à deux/postgres.pass",
    }


def test_asking_whether_it_lives_lets_others_run(tmp_path: Path) -> None:
    """A server that is a thread of this very process answers: libpq's own ping would not let it."""
    place = Cluster(tmp_path, os.geteuid())
    place.socket_folder.mkdir(exist_ok=True)
    where = place.socket_folder / SOCKET
    try:
        with socket.socket(socket.AF_UNIX) as listening, ThreadPoolExecutor(1) as thread:
            listening.bind(str(where))
            listening.listen()
            answered = thread.submit(_answer_one, listening)
            assert server.answers(place)
            answered.result()
        assert not server.answers(place)
    finally:
        where.unlink()
        place.socket_folder.rmdir()


def _answer_one(listening: socket.socket) -> None:
    caller, _ = listening.accept()
    with caller:
        assert caller.recv(8)
        caller.sendall(b"N")
