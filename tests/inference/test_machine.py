"""The choices that a user has."""

from __future__ import annotations

import pytest

from invgray.inference.machine import Device, Engine, Machine, Precision


def test_plain_strings_are_taken_for_their_members():
    machine = Machine(engine="openvino", device="cpu", precision="bfloat16")
    assert machine == Machine(
        engine=Engine.OPENVINO, device=Device.CPU, precision=Precision.BFLOAT16
    )
    assert machine.precision is Precision.BFLOAT16
    assert hash(machine) == hash(Machine(engine="openvino", device="cpu", precision="bfloat16"))


@pytest.mark.parametrize("wrong", [{"engine": "torch"}, {"device": "tpu"}, {"precision": "int8"}])
def test_other_words_are_refused(wrong):
    with pytest.raises(ValueError, match="is not a valid"):
        Machine(**wrong)


def test_there_is_a_thread_at_least():
    assert Machine(threads=1).threads == 1
    with pytest.raises(ValueError, match="there must be a thread at least, not 0"):
        Machine(threads=0)
