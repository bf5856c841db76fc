"""Supercells against a search that leaves nothing out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from crystals import alpha_quartz, scattered

from spectra_simulation.lattice import heights, shortest_image, smallest_supercell


def shortest_of_many(cell, top=8):
    grid = itertools.product(range(-top, top + 1), repeat=3)
    return min(np.linalg.norm(np.array(n) @ cell) for n in grid if any(n))


@pytest.mark.parametrize("seed", range(4))
def test_shortest_image_of_oblique_cells(seed):
    cell = scattered(seed).cell
    assert shortest_image(cell) == pytest.approx(shortest_of_many(cell))


def test_shortest_image_may_be_a_long_combination():
    # c was made oblique with six times a: no edge of the cell shows the short vector.
    cell = np.array([[4.0, 0, 0], [0, 9, 0], [24.3, 0.2, 1.0]])
    assert shortest_image(cell) == pytest.approx(np.linalg.norm([0.3, 0.2, 1.0]))


def test_heights_of_a_box_and_of_a_sheared_one():
    assert heights(np.diag([2.0, 3, 4])) == pytest.approx([2, 3, 4])
    sheared = np.array([[2.0, 0, 0], [1, 3, 0], [0, 0, 4]])
    assert heights(sheared) == pytest.approx([6 / np.sqrt(10), 3, 4])


@pytest.mark.parametrize(("edges", "repeats"), [((3, 5, 9), (3, 2, 1)), ((8, 8, 8.1), (2, 2, 1))])
def test_smallest_supercell_of_boxes(edges, repeats):
    assert smallest_supercell(np.diag(np.array(edges, float)), 8.0) == repeats


@pytest.mark.parametrize("cell", [alpha_quartz().cell, *(scattered(s).cell for s in range(3))])
def test_no_smaller_supercell_is_wide_enough(cell):
    best = smallest_supercell(cell, 8.0)
    assert shortest_of_many(np.array(best)[:, None] * cell, top=4) > 8.0
    for n in itertools.product(range(1, 5), repeat=3):
        if np.prod(n) < np.prod(best):
            assert shortest_of_many(np.array(n)[:, None] * cell, top=4) <= 8.0
