"""Which of several machines this is."""

from __future__ import annotations

import json

import pytest

from invgray.errors import UsageError
from invgray.training import workers

ALONE = {"worker": ["a:1", "b:1"]}
WITH_CHIEF = {"chief": ["a:1"], "worker": ["b:1", "c:1"]}


@pytest.mark.parametrize(
    ("cluster", "kind", "index", "number"),
    [
        (ALONE, "worker", 0, 0),
        (ALONE, "worker", 1, 1),
        (WITH_CHIEF, "chief", 0, 0),
        (WITH_CHIEF, "worker", 0, 1),
        (WITH_CHIEF, "worker", 1, 2),
    ],
)
def test_one_of_all_has_number_0(monkeypatch, cluster, kind, index, number):
    config = {"cluster": cluster, "task": {"type": kind, "index": index}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    assert workers.number() == number


def test_a_machine_by_itself_has_number_0(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert workers.number() == 0


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"task": {"type": "worker"}}'])
def test_nonsense_is_refused(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(UsageError, match="TF_CONFIG does not tell which worker this is"):
        workers.number()


def test_a_batch_must_be_shared_equally():
    workers.check_batch(8, replicas=4)
    with pytest.raises(UsageError, match=r"a batch of 6 cannot be shared by 4 .* multiple of 4"):
        workers.check_batch(6, replicas=4)
