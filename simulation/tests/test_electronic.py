"""GPAW itself, on stishovite and alpha-quartz: minutes, so `pytest --gpaw` alone runs these."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from crystals import alpha_quartz, stishovite

from spectra_simulation.electronic import Calculator
from spectra_simulation.lattice import smallest_supercell
from spectra_simulation.settings import Settings
from spectra_simulation.spectra import GRID, broadened

pytestmark = [pytest.mark.gpaw, pytest.mark.filterwarnings("ignore")]


def supercell_of(crystal, distance):
    atoms = Atoms(crystal.symbols, crystal.positions, cell=crystal.cell, pbc=True)
    return atoms.repeat(smallest_supercell(crystal.cell, distance))


@pytest.fixture(scope="module")
def calculator(tmp_path_factory):
    return Calculator(Settings(), tmp_path_factory.mktemp("datasets"))


def test_a_small_cell_of_stishovite(calculator, tmp_path):
    atoms = supercell_of(stishovite(), 4.0)
    site = list(atoms.symbols).index("O")
    ground = calculator.ground_state(atoms, [site], tmp_path / "ground")
    assert sum(ground.charges) == pytest.approx(0, abs=1e-6)
    oxygen = [q for q, s in zip(ground.charges, atoms.symbols, strict=True) if s == "O"]
    assert np.ptp(oxygen) == pytest.approx(0, abs=0.002)  # they are equivalent
    # Three bonds, the two short ones equal and stronger than the long one.
    long = min(ground.overlap[str(site)])
    first, second = sorted(ground.overlap[str(site)])[1:]
    assert first == pytest.approx(second, abs=0.002)
    assert first > long
    final = calculator.final_state(atoms, site, tmp_path / "final")
    assert 535 < final.energy - ground.energy < 550
    assert min(final.energies) > -0.3
    assert max(final.energies) > 15.4


def test_alpha_quartz_is_as_in_the_paper(calculator, tmp_path):
    # Table 1 of the paper: such sites have an excitation energy of 542.7 to 542.8 eV.
    crystal = alpha_quartz()
    atoms = supercell_of(crystal, 8.0)
    site = crystal.first("O")
    ground = calculator.ground_state(atoms, [site], tmp_path / "ground")
    final = calculator.final_state(atoms, site, tmp_path / "final")
    assert final.energy - ground.energy == pytest.approx(542.75, abs=0.25)
    assert ground.gap == pytest.approx(6.0, abs=0.3)  # PBE's known gap of alpha-quartz
    # The O-K edge has its main peak some 3 eV above the threshold.
    peak = GRID[broadened(final.energies, final.strengths).argmax()]
    assert 2 < peak < 5
