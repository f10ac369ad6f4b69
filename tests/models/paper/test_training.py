"""Training of the ``paper`` networks."""

from __future__ import annotations

import pytest

from invgray.models.paper import training
from invgray.models.paper.settings import ContrastNetwork, Optimizer, PaperSettings, Part
from invgray.models.paper.training import train
from invgray.tensorflow import keras
from invgray.training import log
from invgray.training.autoencoder import Autoencoder
from invgray.training.length import Length, Unit
from invgray.training.optimizers import ConvolutionMuon

WITHOUT = {"without": (Part.CONTRAST,)}


@pytest.mark.long
def test_a_few_steps_of_the_paper_s_system_bring_colors_back(run, vgg16_file):
    settings = PaperSettings(
        length=Length(12, Unit.STEPS),
        interval=6,
        batch=4,
        patch=16,
        seed=3,
        learning_rate=1e-3,  # on its way up for 50 steps
        contrast_network=ContrastNetwork.VGG16,
        contrast_weights=str(vgg16_file),
    )
    trained = train(settings, run)
    assert trained.steps == 12
    first, last = log.read(run.directory / "log.csv")
    terms = ["invertibility", "lightness", "contrast", "structure", "quantization"]
    columns = list(first)
    assert columns[columns.index("loss") :][:7] == ["loss", *terms, "psnr"]
    assert last["invertibility"] < 0.7 * first["invertibility"]
    assert last["psnr"] > first["psnr"]
    assert first["contrast"] > 0


@pytest.mark.long
def test_two_stages_switch_at_three_quarters_of_the_run(run, monkeypatch):
    seen = []
    set_progress = Autoencoder.set_progress

    def record(self, progress):
        set_progress(self, progress)
        weights = {
            term.name: float(weight)
            for term, weight in zip(self.objective.terms, self.weights, strict=True)
        }
        seen.append((weights["structure"], weights["quantization"]))

    monkeypatch.setattr(Autoencoder, "set_progress", record)
    train(PaperSettings(length=Length(4, Unit.STEPS), batch=1, patch=16, **WITHOUT), run)
    assert seen == 3 * [(0.5, 0.0)] + [(0.25, 10.0)]


@pytest.mark.parametrize(
    ("choice", "kind"), [(Optimizer.ADAM, keras.optimizers.Adam), (Optimizer.MUON, ConvolutionMuon)]
)
def test_optimizers(choice, kind):
    made = training._optimizer(PaperSettings(optimizer=choice, learning_rate=0.5), "float32")
    assert type(made) is kind
    assert float(made.learning_rate) == 0.5
    assert not made.use_ema
