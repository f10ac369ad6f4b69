"""Training on Ray, as far as it needs no Ray; tests/cli/test_train.py has the rest."""

from __future__ import annotations

import asyncio
import pickle
from dataclasses import fields, replace
from pathlib import Path
from threading import Thread
from threading import enumerate as enumerate_threads
from types import SimpleNamespace

import pytest

from invgray import train as trainer
from invgray.errors import DeviceError, InputError, Interrupted, TrainingError, UsageError
from invgray.inference.machine import Device
from invgray.models import MODELS
from invgray.models.colorizer.settings import ColorizerSettings
from invgray.models.subpixel.settings import SubpixelSettings
from invgray.train import TrainOptions
from invgray.training.length import Length, Unit

training = pytest.importorskip("invgray.cluster.training")

SETTINGS = SubpixelSettings(length=Length(1, Unit.STEPS), batch=4, patch=16)
CREW = training.Crew("local", 2)


@pytest.fixture
def desk(monkeypatch):
    """A desk in this process, which is called as an actor is."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()

    class Desk(training._Desk):
        def __getattribute__(self, name):
            found = object.__getattribute__(self, name)
            if name.startswith("_"):
                return found

            def remote(*told):
                return asyncio.run_coroutine_threadsafe(found(*told), loop).result()

            return SimpleNamespace(remote=remote)

    monkeypatch.setattr(training, "ray", SimpleNamespace(get=lambda told: told))
    before, desk = set(enumerate_threads()), Desk()
    yield desk
    desk.stop.remote()
    for other in set(enumerate_threads()) - before:
        other.join()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def work(desk, monkeypatch):
    """Lets a worker train in place of which something else is done."""

    def work(instead):
        monkeypatch.setattr(trainer, "train", instead)
        training._work(training._Job([], Path("mine"), SETTINGS, TrainOptions()), desk)

    return work


def test_what_the_first_worker_tells_is_heard_once(work, desk):
    work(lambda inputs, output, settings, options: options.report("step 1"))
    assert desk.lines.remote() == ["step 1"]
    assert desk.lines.remote() == []
    assert desk.error.remote() is None


def test_other_workers_say_nothing(work, desk, monkeypatch):
    monkeypatch.setattr(training.workers, "number", lambda: 1)
    work(lambda inputs, output, settings, options: options.report("step 1"))
    assert desk.lines.remote() == []


def test_workers_hear_that_they_are_to_stop(work, desk):
    """And end without an error, for which Ray would kill the others."""

    def wait(inputs, output, settings, options):
        desk.stop.remote()
        assert options.stop.wait(timeout=60)
        raise Interrupted("stopped at step 1", "resume it")

    work(wait)
    assert desk.error.remote().cause == "stopped at step 1"


def test_a_worker_that_cannot_train_tells_why(work, desk):
    def fail(*_):
        raise InputError("photos: has no pictures in it", "name another folder")

    with pytest.raises(InputError, match="no pictures"):
        work(fail)
    assert desk.error.remote().remedy == "name another folder"


def test_what_cannot_be_is_refused_before_ray_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "connected", pytest.fail)
    for changes, cause in (
        ({"batch": 3}, "a batch of 3 cannot be shared by 2"),
        ({"patch": 50}, "patches of 50 pixels do not fit"),
    ):
        with pytest.raises(UsageError, match=cause):
            training.train(
                [tmp_path], tmp_path / "mine", replace(SETTINGS, **changes), TrainOptions(), CREW
            )
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("device", "count", "resources", "found"),
    [
        (Device.AUTO, 2, {"CPU": 2.0}, Device.CPU),
        (Device.AUTO, 2, {"CPU": 2.0, "GPU": 1.0}, Device.CPU),
        (Device.AUTO, 2, {"CPU": 8.0, "GPU": 2.0}, Device.GPU),
        (Device.GPU, 2, {"CPU": 8.0, "GPU": 4.0}, Device.GPU),
        (Device.CPU, 2, {"CPU": 8.0, "GPU": 4.0}, Device.CPU),
    ],
)
def test_all_workers_train_on_the_same_device(monkeypatch, device, count, resources, found):
    ray = SimpleNamespace(cluster_resources=lambda: resources)
    monkeypatch.setattr(training, "ray", ray)
    assert training._device(device, count) is found


def test_a_cluster_that_is_too_small_is_refused(monkeypatch):
    ray = SimpleNamespace(cluster_resources=lambda: {"CPU": 2.0, "GPU": 1.0})
    monkeypatch.setattr(training, "ray", ray)
    with pytest.raises(UsageError, match="3 workers need as many cores, and the cluster has 2"):
        training._device(Device.AUTO, 3)
    with pytest.raises(DeviceError, match="2 workers need as many GPUs, and the cluster has 1"):
        training._device(Device.GPU, 2)


def test_names_in_settings_are_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vgg16.npz").touch()
    (tmp_path / "standard").mkdir()
    given = ColorizerSettings(length=SETTINGS.length, backbone="vgg16.npz", start="standard")
    found = training._absolute(given)
    assert found == replace(given, backbone=str(tmp_path / "vgg16.npz"))
    (tmp_path / "standard" / "card.json").touch()
    assert training._absolute(given).start == str(tmp_path / "standard")


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_every_setting_that_is_text_may_name_a_file(model):
    text = {field.name for field in fields(model.settings) if field.type == "str | None"}
    assert text == set(model.settings.files)


def test_errors_come_whole_from_another_process():
    error = pickle.loads(pickle.dumps(TrainingError("cause", "remedy")))
    assert (type(error), error.cause, error.remedy) == (TrainingError, "cause", "remedy")
