"""The short form of ``make soak``: administrators at work while everything else fails."""

from __future__ import annotations

import pytest
from soaking import Soak


@pytest.fixture
def crew(backend, database, tmp_path, request):
    folder = tmp_path / "workers"
    folder.mkdir()
    server = request.getfixturevalue("postgresql") if backend == "postgresql" else None
    made = Soak(folder, database, administrators=6, server=server)
    made.prepare()
    yield made
    made.close()


def test_nothing_is_lost_while_processes_are_killed_the_disk_is_full_and_the_server_crashes(crew):
    crew.run(4, pause=0.2)
    assert crew.reckon().problems() == []
    assert crew.figures().changes > 0
    assert crew.kills.total() > 0
