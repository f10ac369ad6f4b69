"""The curves of a run: loss and PSNR over running time, as a PNG."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np


def plot(log: Path, output: Path, boundaries: tuple[float, ...] = ()) -> None:
    """Draw ``log.csv`` of a run as Xia et al. 2018 do in Fig. 6: log axis, over running time.

    Args:
        log: one row a validation.
        output: PNG to write.
        boundaries: progress at which stages end; each gets a line.
    """
    from matplotlib.figure import Figure

    with log.open(newline="") as file:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    minutes = columns["seconds"] / 60
    names = list(columns)
    figure = Figure(figsize=(8, 7), layout="constrained")
    loss, psnr = figure.subplots(2, sharex=True)
    for name in names[names.index("loss") : names.index("psnr")]:
        loss.plot(minutes, columns[name], label=name, marker=".")
    loss.set(yscale="log", ylabel="loss and its terms")
    psnr.plot(minutes, columns["psnr"], label="training patches", marker=".")
    psnr.plot(minutes, columns["validation_psnr"], label="validation, 8-bit", marker=".")
    psnr.set(xlabel="running time (minutes)", ylabel="PSNR (dB)")
    for axes in (loss, psnr):
        for boundary in boundaries:
            if columns["progress"][-1] >= boundary:
                end = np.interp(boundary, columns["progress"], minutes)
                axes.axvline(end, color="gray", linestyle="--", label="end of a stage")
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(output, dpi=100)
