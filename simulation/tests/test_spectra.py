"""Broadened spectra and their differences, from theory."""

from __future__ import annotations

from math import erf, sqrt

import numpy as np
import pytest

from spectra_simulation.spectra import GRID, best_shift, broadened, difference, spectrum


def test_the_grid_is_the_paper_s():
    assert (len(GRID), GRID[0], GRID[-1]) == (160, -1.0, 14.9)


def test_a_transition_becomes_a_gaussian_of_its_strength():
    grid = np.linspace(-10, 10, 2001)
    line = broadened([1.0], [3.0], grid, 0.5)
    assert line.sum() * 0.01 == pytest.approx(3.0)
    assert np.sqrt(((grid - 1) ** 2 * line).sum() / line.sum()) == pytest.approx(0.5)


def test_a_spectrum_has_a_mean_of_one_whatever_the_strengths(make_record):
    assert spectrum(make_record()).mean() == pytest.approx(1)
    doubled = make_record(strengths=[2e-3] * 330)
    assert difference(doubled, make_record()) == pytest.approx(0, abs=1e-12)


def test_the_difference_of_lines_far_apart_is_two(make_record):
    one = make_record(energies=[3.0], strengths=[1.0])
    other = make_record(energies=[10.0], strengths=[1.0])
    assert difference(other, one) == pytest.approx(2, abs=1e-6)


def test_a_small_shift_of_a_gaussian_from_theory(make_record):
    # The L1 distance of two Gaussians d apart: 2 erf(d / (2 sqrt(2) sigma)), but for the steps of
    # the grid at the kinks.
    one = make_record(energies=[7.0], strengths=[1.0])
    other = make_record(energies=[7.3], strengths=[1.0])
    assert difference(other, one) == pytest.approx(2 * erf(0.3 / (2 * sqrt(2) * 0.5)), rel=3e-3)
    assert best_shift(other, one) == pytest.approx(-0.3)
    assert difference(other, one, -0.3) == pytest.approx(0, abs=1e-9)
