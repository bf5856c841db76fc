"""Populations of molecules that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from spectra_simulation.populations import minimal_basis_populations


@pytest.mark.parametrize("s", [0.1, 0.35, 0.66])
def test_hydrogen_molecule(s):
    # Bonding state (1, 1) / sqrt(2 (1 + s)) with two electrons: the overlap population is
    # 2 P_12 S_12 = 2 s / (1 + s), and each atom has one electron.
    state = np.array([[1.0, 1.0]]) / np.sqrt(2 * (1 + s))
    found = minimal_basis_populations([[1, s], [s, 1]], state, [2.0], [0, 1], [0, 1], 2)
    assert found.gross == pytest.approx([1, 1])
    assert found.overlap[0, 1] == pytest.approx(2 * s / (1 + s))
    assert found.overlap[1, 0] == pytest.approx(found.overlap[0, 1])
    assert found.spill == pytest.approx(0)


def test_helium_pair_repels():
    # Both states full: P = 2 S^-1, whose overlap population is -4 s^2 / (1 - s^2).
    s = 0.3
    states = np.array([[1, 1] / np.sqrt(2 * (1 + s)), [1, -1] / np.sqrt(2 * (1 - s))])
    found = minimal_basis_populations([[1, s], [s, 1]], states, [2.0, 2.0], [0, 1], [0, 1], 2)
    assert found.gross == pytest.approx([2, 2])
    assert found.overlap[0, 1] == pytest.approx(-4 * s**2 / (1 - s**2))


def test_polar_molecule():
    # An orthogonal basis: the charge follows the squares, and no electron is shared.
    state = np.array([[np.cos(0.4), np.sin(0.4)]])
    found = minimal_basis_populations(np.eye(2), state, [2.0], [0, 1], [0, 1], 2)
    assert found.gross == pytest.approx([2 * np.cos(0.4) ** 2, 2 * np.sin(0.4) ** 2])
    assert found.overlap[0, 1] == pytest.approx(0)


def test_what_lies_outside_the_minimal_basis_is_spilled_but_no_electron_is_lost():
    # Two minimal functions and an orthogonal polarisation function with a share of sin^2.
    state = np.array([[np.cos(0.3) * 0.6, np.cos(0.3) * 0.8, np.sin(0.3)]])
    found = minimal_basis_populations(np.eye(3), state, [2.0], [0, 1], [0, 1], 2)
    assert found.spill == pytest.approx(np.sin(0.3) ** 2)
    assert found.gross == pytest.approx([2 * 0.36, 2 * 0.64])


def test_functions_and_empty_states_in_any_order():
    s = 0.25
    overlap = np.array([[1, 0, s], [0, 1, 0], [s, 0, 1]])  # the polarisation function is second
    bonding = np.array([1, 0, 1]) / np.sqrt(2 * (1 + s))
    empty = np.array([1, 0, -1]) / np.sqrt(2 * (1 - s))
    found = minimal_basis_populations(overlap, [empty, bonding], [0.0, 2.0], [0, 2], [1, 0], 2)
    assert found.gross == pytest.approx([1, 1])
    assert found.overlap[0, 1] == pytest.approx(2 * s / (1 + s))


def test_many_atoms_against_lowdin_sums():
    # With the whole basis minimal it is plain Mulliken: row sums of (P S), and all electrons.
    random = np.random.default_rng(5)
    root = np.eye(9) + 0.2 * random.normal(size=(9, 9))
    overlap = root @ root.T
    states = np.linalg.solve(root.T, np.linalg.qr(random.normal(size=(9, 9)))[0])[:, :4].T
    owners = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    found = minimal_basis_populations(overlap, states, [2.0] * 4, range(9), owners, 3)
    mulliken = np.diag(2 * states.T @ states @ overlap)
    assert found.gross == pytest.approx([mulliken[owners == a].sum() for a in range(3)])
    assert found.gross.sum() == pytest.approx(8)
    # Each overlap population counts both orders of a pair.
    assert found.overlap.sum() / 2 == pytest.approx(8)
