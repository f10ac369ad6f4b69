"""The curves of a run: loss and PSNR over steps, as a PNG."""

from __future__ import annotations

import csv
from pathlib import Path


def plot(log: Path, output: Path) -> None:
    """Draw ``log.csv`` of a run: the terms of its loss (log axis) above its PSNR."""
    from matplotlib.figure import Figure

    with log.open(newline="") as file:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    steps = [row["step"] for row in rows]
    figure = Figure(figsize=(8, 7), layout="constrained")
    loss, psnr = figure.subplots(2, sharex=True)
    for name in ("loss", "color", "gray", "structure", "overshoot"):
        loss.plot(steps, [row[name] for row in rows], label=name)
    loss.set(yscale="log", ylabel="loss")
    for name, label in (
        ("train_psnr", "training patches"),
        ("validation_psnr", "validation, 8-bit"),
    ):
        psnr.plot(steps, [row[name] for row in rows], label=label)
    psnr.set(xlabel="step", ylabel="PSNR (dB)")
    for axes in (loss, psnr):
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(output, dpi=100)
