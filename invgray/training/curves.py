"""The curves of a run: loss and figure of merit over running time, as a PNG."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np


def plot(log: Path, output: Path, merit: str, boundaries: tuple[float, ...] = ()) -> None:
    """Draw ``log.csv`` of a run as Xia et al. 2018 do in Fig. 6: log axis, over running time.

    Args:
        log: one row a validation.
        output: PNG to write.
        merit: the figure that picks the best weights.
        boundaries: progress at which stages end; each gets a line.
    """
    from matplotlib.figure import Figure

    with log.open(newline="") as file:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    minutes = columns["seconds"] / 60
    names = list(columns)
    figure = Figure(figsize=(8, 7), layout="constrained")
    loss, quality = figure.subplots(2, sharex=True)
    for name in names[names.index("loss") :]:
        if name != "psnr" and not name.startswith("validation_"):
            loss.plot(minutes, columns[name], label=name, marker=".")
    loss.set(yscale="log", ylabel="loss and its terms")
    if "psnr" in columns:
        quality.plot(minutes, columns["psnr"], label="training patches", marker=".")
    quality.plot(minutes, columns[f"validation_{merit}"], label="validation, 8-bit", marker=".")
    quality.set(xlabel="running time (minutes)", ylabel=merit)
    for axes in (loss, quality):
        for boundary in boundaries:
            if columns["progress"][-1] >= boundary:
                end = np.interp(boundary, columns["progress"], minutes)
                axes.axvline(end, color="gray", linestyle="--", label="end of a stage")
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(output, dpi=100)
