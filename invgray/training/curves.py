"""The curves of a run: loss and figure of merit over running time, as a PNG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from invgray.errors import extra_installed
from invgray.training.log import Row

with extra_installed("train"):
    from matplotlib.figure import Figure


def plot(rows: Sequence[Row], output: Path, merit: str, boundaries: Sequence[float] = ()) -> None:
    """Draw a run's log as Xia et al. 2018 do in Fig. 6: log axis, over running time.

    Args:
        rows: of the log.
        output: PNG to write.
        merit: column of the figure that picks the best weights.
        boundaries: progress at which stages end; each gets a line.
    """
    names = list(rows[-1])
    columns = {name: np.array([row[name] for row in rows]) for name in names}
    minutes = columns["seconds"] / 60
    figure = Figure(figsize=(8, 7), layout="constrained")
    loss, quality = figure.subplots(2, sharex=True)
    for name in names[names.index("loss") :]:
        if name != "psnr" and not name.startswith("validation_"):
            loss.plot(minutes, columns[name], label=name, marker=".")
    loss.set(yscale="log", ylabel="loss and its terms")
    if "psnr" in columns:
        quality.plot(minutes, columns["psnr"], label="training patches", marker=".")
    quality.plot(minutes, columns[merit], label="validation, 8-bit", marker=".")
    quality.set(xlabel="running time (minutes)", ylabel=merit.removeprefix("validation_"))
    for axes in (loss, quality):
        for boundary in boundaries:
            if columns["progress"][-1] >= boundary:
                end = np.interp(boundary, columns["progress"], minutes)
                axes.axvline(end, color="gray", linestyle="--", label="end of a stage")
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(output, dpi=100)
