"""Peers that are no dependency: a machine without them runs the rest of the suite and says so."""

import pytest

from bench.peers import node_red


def test_without_npm_node_red_is_left_out_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(node_red.Absent, match="npm is not on this machine"), node_red.served("node-red-test"):
        pass
