"""Bonds, angles and Voronoi cells against the literature, theory and Voro++."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from crystals import Crystal, alpha_quartz, beta_cristobalite, periclase, scattered, stishovite

from spectra_simulation.errors import SimulationError
from spectra_simulation.geometry import bonds, geometry, neighbours, voronoi_volume

FIXTURES = Path(__file__).parent / "fixtures" / "voronoi"


def of_oxygen(crystal: Crystal):
    return geometry(
        crystal.cell, crystal.positions, crystal.symbols, crystal.first("O"), ("Si", "Mg")
    )


def test_alpha_quartz_as_published():
    crystal = alpha_quartz()
    site = crystal.first("O")
    lengths = [
        n.distance for n in bonds(crystal.cell, crystal.positions, crystal.symbols, site, ["Si"])
    ]
    assert lengths == pytest.approx([1.605, 1.614], abs=0.001)
    found = of_oxygen(crystal)
    assert found.bonds == 2
    assert found.bond_length == pytest.approx((1.605 + 1.614) / 2, abs=0.001)
    assert found.bond_angle == pytest.approx(143.73, abs=0.07)


def test_stishovite_as_published():
    crystal = stishovite()
    site = crystal.first("O")
    lengths = [
        n.distance for n in bonds(crystal.cell, crystal.positions, crystal.symbols, site, ["Si"])
    ]
    assert lengths == pytest.approx([1.757, 1.757, 1.809], abs=0.001)
    # The oxygen of rutile lies in the plane of its three neighbours: the angles sum to 360.
    assert of_oxygen(crystal).bond_angle == pytest.approx(120, abs=1e-9)


def test_beta_cristobalite_from_theory():
    found = of_oxygen(beta_cristobalite())
    assert found.bonds == 2
    assert found.bond_length == pytest.approx(np.sqrt(3) * 7.16 / 8, rel=1e-12)
    assert found.bond_angle == pytest.approx(180, abs=1e-5)


def test_rock_salt_from_theory():
    found = of_oxygen(periclase())
    assert found.bonds == 6
    assert found.bond_length == pytest.approx(4.211 / 2, rel=1e-12)
    # Of fifteen pairs twelve are at right angles, three in line.
    assert found.bond_angle == pytest.approx((12 * 90 + 3 * 180) / 15, abs=1e-5)
    assert found.voronoi_volume == pytest.approx((4.211 / 2) ** 3, rel=1e-9)


@pytest.mark.parametrize(
    "crystal",
    [alpha_quartz(), stishovite(), beta_cristobalite(), *(scattered(seed) for seed in range(4))],
)
def test_the_cells_of_all_atoms_fill_the_crystal(crystal):
    volumes = [
        voronoi_volume(crystal.cell, crystal.positions, n) for n in range(len(crystal.symbols))
    ]
    assert sum(volumes) == pytest.approx(crystal.volume, rel=1e-8)


@pytest.mark.parametrize("name", ["alpha-quartz", "stishovite", "beta-cristobalite", "open"])
def test_voronoi_volumes_as_voro_has_them(name):
    with (FIXTURES / f"{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    cell = np.diag([float(rows[0][edge]) for edge in ("a", "b", "c")])
    positions = np.array([[float(row[axis]) for axis in "xyz"] for row in rows])
    for number, row in enumerate(rows):
        # Voro++ prints six digits.
        expected = float(row["volume"])
        assert voronoi_volume(cell, positions, number) == pytest.approx(expected, rel=1e-5)


def test_neighbours_are_all_and_each_once():
    crystal = scattered(7)
    found = neighbours(crystal.cell, crystal.positions, 3, 11.0)
    # All images in a block that is much larger than needed.
    grid = np.stack(np.meshgrid(*[np.arange(-9, 10)] * 3), -1).reshape(-1, 3) @ crystal.cell
    vectors = (crystal.positions[:, None] + grid - crystal.positions[3]).reshape(-1, 3)
    distances = np.sort(np.linalg.norm(vectors, axis=1))[1:]
    assert [n.distance for n in found] == pytest.approx(distances[distances <= 11.0])
    assert np.allclose([np.linalg.norm(n.vector) for n in found], [n.distance for n in found])


def test_geometry_does_not_depend_on_the_cell_that_describes_it():
    crystal = scattered(11)
    turn = np.linalg.qr(np.random.default_rng(12).normal(size=(3, 3)))[0]
    # Another basis of the same lattice, turned, its atoms moved by lattice vectors.
    cell = np.array([[1, 1, 0], [0, 1, -1], [0, 0, 1]]) @ crystal.cell @ turn
    shifts = np.random.default_rng(13).integers(-3, 4, (len(crystal.symbols), 3))
    positions = crystal.positions @ turn + shifts @ cell
    site = crystal.first("O")
    one = geometry(crystal.cell, crystal.positions, crystal.symbols, site, ["Si"], limit=4)
    other = geometry(cell, positions, crystal.symbols, site, ["Si"], limit=4)
    assert other.bonds == one.bonds > 0
    assert other.bond_length == pytest.approx(one.bond_length)
    assert other.bond_angle == pytest.approx(one.bond_angle)
    assert other.voronoi_volume == pytest.approx(one.voronoi_volume)


def test_bonds_end_at_the_factor_and_at_the_limit():
    cell = np.diag([30.0] * 3)
    x = [0, 1.6, -1.99, 2.01]  # 1.25 times 1.6 is 2
    positions = np.array([[v, 0, 0] for v in x])
    symbols = ["O", "Si", "Si", "Si"]
    assert [n.index for n in bonds(cell, positions, symbols, 0, ["Si"])] == [1, 2]
    assert [n.index for n in bonds(cell, positions, symbols, 0, ["Si"], limit=1.8)] == [1]
    assert bonds(cell, positions, symbols, 0, ["Ge"]) == []


def test_a_site_without_bonds_has_neither_length_nor_angle():
    found = geometry(np.diag([3.0] * 3), np.zeros((1, 3)), ["O"], 0, ["Si"])
    assert (found.bonds, found.bond_length, found.bond_angle) == (0, None, None)
    assert found.voronoi_volume == pytest.approx(27)


def test_two_atoms_in_one_place_are_refused():
    with pytest.raises(SimulationError, match="one place"):
        voronoi_volume(np.diag([5.0] * 3), np.zeros((2, 3)), 0)
