"""Rows of the shape of the Abalone data: sex, seven measurements, rings."""

import csv
import io
import random

COLUMNS = (
    *("sex", "length", "diameter", "height", "whole_weight", "shucked_weight"),
    *("viscera_weight", "shell_weight", "rings"),
)


def rows(count, seed=0, rings=lambda size: 3 + 12 * size):
    """Return rows of cells; `rings` depends on the size (0 to 1) of the animal."""
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        size = draw.random()
        sex = draw.choice("MF") if size > 0.4 else "I"
        weight = size**2.5
        measured = [0.1 + 0.65 * size, 0.08 + 0.52 * size, 0.03 + 0.18 * size]
        measured += [2.2 * weight, 0.95 * weight, 0.48 * weight, 0.62 * weight]
        cells = [f"{value * draw.uniform(0.95, 1.05):.4f}" for value in measured]
        age = max(1, round(rings(size) + draw.gauss(0, 1)))
        found.append([sex, *cells, str(age)])
    return found


def text(cells, header=COLUMNS):
    """Return rows as CSV with a header."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows([header, *cells])
    return lines.getvalue()
