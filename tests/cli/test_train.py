"""``invgray train`` as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import fields, replace

import numpy as np
import pytest

import invgray
from invgray import train as trainer
from invgray.errors import Interrupted
from invgray.inference.machine import Device, Precision
from invgray.models import MODELS, sitting
from invgray.models.colorizer.settings import ColorizerSettings, ColorObjective
from invgray.models.layered.settings import LayeredSettings
from invgray.models.paper.settings import ContrastNetwork, Optimizer, PaperSettings, Part, Schedule
from invgray.models.sitting import Sitting
from invgray.models.subpixel.settings import Channel, SubpixelSettings
from invgray.presets import store
from invgray.tensorflow import keras
from invgray.training.checkpoints import best_weights
from invgray.training.length import Length, Unit

STEP = Length(1, Unit.STEPS)
SMALL = ["--network", "subpixel", "--width", 8, "--device", "cpu", "--precision", "float32"]
SMALL += ["--batch", 2, "--patch", 16]
JOINT = [*SMALL, "--steps", 3, "--learning-rate", 0.2, "-q"]
"""A run that several take part in."""


def start(*arguments, environment=None, **more):
    command = [sys.executable, "-m", "invgray", "train", *map(str, arguments)]
    env = os.environ | (environment or {})
    return subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True, **more)


@pytest.fixture
def run(run):
    """Run the command within this process."""
    return lambda *arguments: run("train", *arguments)


@pytest.fixture
def asked(monkeypatch):
    """What the library is asked for, in place of training."""
    calls = []

    def fake(inputs, output, settings, options):
        calls.append((inputs, output, settings, options))

    monkeypatch.setattr(trainer, "train", fake)
    return calls


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        (["--steps", 1], SubpixelSettings(length=STEP)),
        (
            ["--minutes", 1.5, "--channel", "handled", "--levels", 3, "--gray-weight", 0.2],
            SubpixelSettings(
                length=Length(1.5, Unit.MINUTES), channel=Channel.HANDLED, levels=3, gray_weight=0.2
            ),
        ),
        (
            ["--network", "layered", "--steps", 1, "--start", "robust-1", "--visibility-weight", 0],
            LayeredSettings(length=STEP, start="robust-1", visibility_weight=0.0),
        ),
        (["--network", "paper"], PaperSettings()),
        (["--network", "paper", "--steps", 1], PaperSettings(length=STEP)),
        (
            [
                *("--network", "paper", "--schedule", "one-stage", "--optimizer", "muon"),
                *("--contrast-network", "vgg16", "--without", "contrast", "--without", "down-up"),
            ],
            PaperSettings(
                schedule=Schedule.ONE_STAGE,
                optimizer=Optimizer.MUON,
                contrast_network=ContrastNetwork.VGG16,
                without=(Part.CONTRAST, Part.DOWN_UP),
            ),
        ),
        (
            ["--network", "colorizer", "--epochs", 0.5, "--objective", "l2", "--seed", 7],
            ColorizerSettings(length=Length(0.5, Unit.EPOCHS), objective=ColorObjective.L2, seed=7),
        ),
    ],
)
def test_options_become_settings(run, asked, arguments, settings):
    """``--steps`` was ignored by the paper's networks, whose epochs won."""
    result = run("photos", "-o", "mine", *arguments)
    assert result.exit_code == 0, result.output
    found = asked[0][2]
    assert found == settings
    kinds = {k: type(v) for k, v in vars(found).items()}
    assert kinds == {k: type(v) for k, v in vars(settings).items()}


def test_the_rest_becomes_options(run, asked):
    run("a", "b", "-o", "mine", "--steps", 1, "--validation", "c", "-q", "--device", "cpu")
    inputs, output, _, options = asked[0]
    assert [str(path) for path in (*inputs, output, *options.validation)] == ["a", "b", "mine", "c"]
    assert options.quiet
    assert not options.resume
    assert (options.device, options.precision) == (Device.CPU, Precision.AUTO)


@pytest.fixture
def begun(tmp_path):
    """The folder of a run on handled grays."""
    folder = tmp_path / "mine" / "run"
    folder.mkdir(parents=True)
    settings = SubpixelSettings(length=STEP, channel=Channel.HANDLED, batch=7)
    sitting.write(folder / "settings.json", Sitting(settings))
    return folder.parent


def test_resuming_takes_the_run_s_settings_but_for_those_given_anew(run, asked, begun):
    before = trainer.settings_of(begun)
    assert run("a", "-o", begun, "--resume").exit_code == 0
    assert asked[0][2] == before
    assert asked[0][3].resume
    longer = ["--minutes", 9, "--learning-rate", 0.5]
    assert run("a", "-o", begun, "--resume", *longer).exit_code == 0
    changed = replace(before, length=Length(9, Unit.MINUTES), learning_rate=0.5)
    assert asked[1][2] == changed


def test_what_does_not_fit_a_run_is_refused(run, asked, begun):
    for options, words in (
        (["--network", "paper"], "the run is one of 'subpixel' networks; leave --network out"),
        (["--objective", "l2"], "--objective is not for the network 'subpixel'"),
        (["--steps", 1, "--minutes", 1], "give one of --minutes, --steps, --epochs"),
    ):
        result = run("a", "-o", begun, "--resume", *options)
        assert result.exit_code == 2
        assert words in result.stderr
    assert run("a", "-o", begun, "--resume", "--network", "subpixel").exit_code == 0
    assert len(asked) == 1


def test_a_damaged_run_is_one_line(run, begun):
    (begun / "run" / "settings.json").write_text('{"network": "subpixel"')
    result = run("a", "-o", begun, "--resume")
    assert result.exit_code == 4
    assert "settings.json: is damaged" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--steps", 4, "--network", "paper", "--width", 8], "--width is not for the network"),
        (["--steps", 4, "--without", "contrast"], "--without is not for the network 'subpixel'"),
        (["--steps", 4, "--minutes", 1], "give one of --minutes, --steps, --epochs"),
        ([], "give one of --minutes, --steps, --epochs"),
        (["--steps", 4, "--patch", 50], "choose a multiple of 4"),
        (["--steps", 4, "--channel", "fax"], "'fax' is not one of 'png', 'handled'"),
        (["--steps", 0], "0 is not in the range"),
    ],
)
def test_settings_that_do_not_fit_are_refused(run, options, message, photo_file, tmp_path):
    result = run(photo_file, "-o", tmp_path / "mine", *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "mine").exists()


def test_every_setting_has_an_option_and_tells_its_defaults(run):
    shown = " ".join(run("--help").output.split())
    for model in MODELS.values():
        for name in {field.name for field in fields(model.settings)} - {"length"}:
            assert f" --{name.replace('_', '-')} " in shown
    for unit in Unit:
        assert f" --{unit} " in shown
    for text in (
        f"Seed of the random generator. [{', '.join(f'{name}: 0' for name in MODELS)}]",
        "subpixel: 96, paper: 256, colorizer: 128, hinted: 128]",
        "--channel [png|handled] What grays must survive. [subpixel: png]",
        "--without [lightness|contrast|structure|quantization|down-up]",
        "[colorizer: classification-rebalanced]",
    ):
        assert text in shown


@pytest.mark.parametrize("option", [("--ray", "local"), ("--workers", 2)])
def test_ray_and_its_workers_are_given_together(run, asked, option):
    result = run("a", "-o", "mine", "--steps", 1, *option)
    assert result.exit_code == 2
    assert "--ray and --workers are for each other; give both or neither" in result.stderr
    assert not asked


def test_ray_must_be_installed(run, asked, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("invgray.cluster")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("invgray.cluster.training", raising=False)
    monkeypatch.setitem(sys.modules, "ray", None)
    result = run("a", "-o", "mine", "--steps", 1, "--ray", "local", "--workers", 2)
    assert result.exit_code == 2
    assert "ray is not installed; pip install 'invgray[cluster]' brings it" in result.stderr


def test_an_interrupted_run_names_the_way_back(run, monkeypatch):
    def fake(*_):
        raise Interrupted("stopped at step 7, checkpoint saved", "resume it")

    monkeypatch.setattr(trainer, "train", fake)
    result = run("photos", "-o", "mine", "--steps", 9)
    assert result.exit_code == 130
    assert result.stderr == ("invgray: stopped at step 7, checkpoint saved; go on with --resume\n")


@pytest.mark.long
def test_ctrl_c_resume_and_use(run, photo_folder, photo, tmp_path):
    """With real processes; stderr has our lines and nothing else."""
    mine = tmp_path / "mine"
    options = ["--network", "subpixel", "--width", 8, "--batch", 1, "--patch", 16]
    options += ["--steps", 100_000, "--interval", 50_000, "--device", "cpu"]
    first = start(photo_folder, "-o", mine, *options)
    until(lambda: (mine / "run" / "checkpoints" / "checkpoint").exists(), first)
    first.send_signal(signal.SIGINT)
    said = first.communicate(timeout=100)[1]
    assert first.returncode == 130, said
    *_, stopping, stopped = said.splitlines()
    assert stopping == "invgray: stopping, with a checkpoint; Ctrl-C again ends at once"
    assert stopped.endswith("checkpoint saved; go on with --resume")
    step = int(stopped.split()[4].rstrip(","))
    second = start(photo_folder, "-o", mine, "--resume", "--steps", step + 2, "--interval", 10)
    said = second.communicate(timeout=100)[1]
    assert second.returncode == 0, said
    assert f"invgray: resuming at step {step}" in said.splitlines()
    assert said.endswith(f"use them with --weights {mine}\n")
    assert all(line.startswith("invgray: ") for line in said.splitlines())
    assert not store.open_directory(mine).card.provenance.reproducible
    codec = invgray.load(mine)
    assert codec.decode(codec.encode(photo)).shape == photo.shape
    again = run(photo_folder, "-o", mine, "--steps", 4)
    assert again.exit_code == 2
    assert "there is a run in it; resume it, or choose another folder" in again.stderr


def until(happened, process):
    end = time.monotonic() + 400
    while not happened():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.long
def test_two_workers_reach_the_weights_of_one(photo_folder, tmp_path):
    """Each takes half of every batch; sums in another order differ in their last bits."""
    cluster = {"worker": [f"127.0.0.1:{port}" for port in free_ports(2)]}

    def worker(index):
        task = {"cluster": cluster, "task": {"type": "worker", "index": index}}
        return start(
            photo_folder,
            "-o",
            tmp_path / "joint",
            *JOINT,
            environment={"TF_CONFIG": json.dumps(task)},
        )

    joint = [worker(0), worker(1)]
    said = [process.communicate(timeout=300)[1] for process in joint]
    alone = start(photo_folder, "-o", tmp_path / "alone", *JOINT)
    said.append(alone.communicate(timeout=300)[1])
    assert [process.returncode for process in (*joint, alone)] == [0, 0, 0], said
    assert "the first worker saves the networks" in said[1]
    assert all(line.startswith("invgray: ") for text in said for line in text.splitlines())
    reference, first, second = (
        weights(tmp_path / folder) for folder in ("alone/run", "joint/run", "joint/run/worker-1")
    )
    assert np.abs(reference - weights(None)).max() > 5e-4  # what three steps did
    assert np.abs(first - reference).max() < 5e-6
    np.testing.assert_array_equal(second, first)
    assert store.open_directory(tmp_path / "joint").card.network == "subpixel"


@pytest.mark.long
def test_two_workers_on_ray_reach_the_weights_of_one(photo_folder, tmp_path):
    joint, alone = tmp_path / "joint", tmp_path / "alone"
    ray = ["--ray", "local", "--workers", 2]
    together = start("photos", "-o", "joint", *JOINT, *ray, cwd=tmp_path)
    said = together.communicate(timeout=600)[1]
    assert together.returncode == 0, said
    assert [line.split(",")[0] for line in said.splitlines()] == [
        "invgray: 2 pictures to train on",
        "invgray: step 3",
        "invgray: trained networks are in joint: use them with --weights joint",
    ]
    by_itself = start(photo_folder, "-o", alone, *JOINT)
    said = by_itself.communicate(timeout=300)[1]
    assert by_itself.returncode == 0, said
    reference, first, second = (
        weights(folder) for folder in (alone / "run", joint / "run", joint / "run" / "worker-1")
    )
    assert np.abs(first - reference).max() < 5e-6
    np.testing.assert_array_equal(second, first)
    assert store.open_directory(joint).card.network == "subpixel"


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_and_resuming_on_ray(photo_folder, tmp_path):
    """Ctrl-C in a terminal reaches Ray's processes, too."""
    mine = tmp_path / "mine"
    options = [*SMALL, "--ray", "local", "--workers", 2, "--interval", 50_000]
    first = start(photo_folder, "-o", mine, *options, "--steps", 100_000, start_new_session=True)
    until(lambda: (mine / "run" / "checkpoints" / "checkpoint").exists(), first)
    until(lambda: (mine / "run" / "worker-1" / "checkpoints" / "checkpoint").exists(), first)
    os.killpg(first.pid, signal.SIGINT)
    said = first.communicate(timeout=300)[1]
    assert first.returncode == 130, said
    _, stopping, stopped = said.splitlines()
    assert stopping == "invgray: stopping, with a checkpoint; Ctrl-C again ends at once"
    assert stopped.endswith("checkpoint saved; go on with --resume")
    step = int(stopped.split()[4].rstrip(","))
    again = ["--resume", "--steps", step + 2, "--ray", "local", "--workers", 2]
    second = start(photo_folder, "-o", mine, *again)
    said = second.communicate(timeout=500)[1]
    assert second.returncode == 0, said
    assert f"invgray: resuming at step {step}" in said.splitlines()
    assert said.endswith(f"use them with --weights {mine}\n")


def weights(folder):
    """All the best weights of a run, or those that it began with."""
    settings = SubpixelSettings(length=STEP, width=8)
    keras.utils.set_random_seed(settings.seed)
    architecture = settings.architecture
    built = [MODELS["subpixel"].build(architecture, name) for name in architecture.networks]
    for network in built if folder else ():
        network.load_weights(best_weights(folder, network.name))
    return np.concatenate([w.ravel() for network in built for w in network.get_weights()])


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports
