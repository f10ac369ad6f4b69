"""How much memory is free."""

from __future__ import annotations

import pytest

from invgray import memory

GROUP = {
    "max": "1000000000\n",
    "current": "700000000\n",
    "stat": "anon 1\ninactive_file 50000000\n",
}


@pytest.fixture
def system(tmp_path, monkeypatch):
    """A system with 2 GB free, whose control group is described by files."""

    def system(**files):
        machine, own = tmp_path / "meminfo", tmp_path / "cgroup"
        machine.write_text("MemTotal: 9000000 kB\nMemAvailable: 2000000 kB\n")
        own.write_text("0::/our/share\n")
        folder = tmp_path / "groups" / "our" / "share"
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / f"memory.{name}").write_text(text)
        monkeypatch.setattr(memory, "_MACHINE", machine)
        monkeypatch.setattr(memory, "_OWN_GROUP", own)
        monkeypatch.setattr(memory, "_GROUPS", str(tmp_path / "groups"))

    return system


def test_what_is_free_is_that_of_the_machine(system):
    system()
    assert memory.available() == 2_048_000_000


def test_a_share_of_the_machine_counts_and_its_cache_is_free(system):
    system(**GROUP)
    assert memory.available() == 350_000_000


def test_an_unlimited_share_is_that_of_the_machine(system):
    system(**GROUP | {"max": "max\n"})
    assert memory.available() == 2_048_000_000


def test_where_the_system_does_not_say_nothing_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_MACHINE", tmp_path / "missing")
    monkeypatch.setattr(memory, "_OWN_GROUP", tmp_path / "missing")
    assert memory.available() is None
