"""The table of convergence, with a stand-in whose answers depend on the settings as they should."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ase import Atoms
from ase.io import write
from crystals import stishovite

from spectra_simulation.converge import (
    BASELINE,
    SHIFTED_MESH,
    changes,
    simulate_variation,
    table,
    variations,
)
from spectra_simulation.electronic import FinalState, GroundState
from spectra_simulation.settings import Settings


class StandIn:
    """A line at 5 eV, 0.001 eV higher for each eV of the cutoff."""

    def __init__(self, settings):
        self.settings = settings
        self.grounds = 0

    def ground_state(self, atoms, sites, log):
        self.grounds += 1
        return GroundState(-1000, 5.0, 0.0, [-1.0] * len(atoms), {str(s): [0.5] for s in sites})

    def final_state(self, atoms, site, log):
        line = 5 + 0.001 * (self.settings.cutoff - 270)
        return FinalState(-457 + 1e-4 * self.settings.cutoff, 4.0, [line, 16.0], [1.0, 0.0])


@pytest.fixture
def structure(tmp_path):
    crystal = stishovite()
    path = tmp_path / "stishovite.cif"
    write(path, Atoms(crystal.symbols, crystal.positions, cell=crystal.cell, pbc=True))
    return path


def test_a_shift_is_told_from_a_change_of_shape(structure, tmp_path):
    records = {}
    for name in (BASELINE, "cutoff-500"):
        settings = variations(Settings())[name]
        records[name] = simulate_variation(
            structure, None, settings, StandIn(settings), tmp_path / name
        )
    same, finer = changes(records)
    assert (same.spectrum, same.shift, same.excitation_energy) == (0, 0, 0)
    assert finer.spectrum > 0.2
    assert finer.shift == pytest.approx(-0.23)
    assert finer.shifted == pytest.approx(0, abs=1e-6)
    assert finer.excitation_energy == pytest.approx(0.023)
    assert "| cutoff-500 | 3" in table([same, finer])


def test_bands_and_sampling_share_the_ground_state_and_nothing_is_computed_twice(
    structure, tmp_path
):
    known = variations(Settings())
    counted = StandIn(Settings())
    for name in (BASELINE, "bands-1.3", "sampling-gamma", "sampling-2x2x2"):
        simulate_variation(structure, None, known[name], counted, tmp_path / name)
    assert counted.grounds == 1
    simulate_variation(structure, None, known["images-10"], counted, tmp_path / "images-10")
    assert counted.grounds == 2
    record = simulate_variation(structure, None, known[BASELINE], None, tmp_path / BASELINE)
    assert record.material == "stishovite"


def test_each_variation_changes_what_its_name_says():
    known = variations(Settings())
    assert known[BASELINE] == Settings()
    assert known["bands-1.3"].empty_bands(1000, 70) == int(1.3 * 0.245 * 1000)
    assert replace(known["cutoff-500-own-data-set"], cutoff=270.0, radius=1.6) == Settings()
    # With the opposite of each vector the mesh is the shifted 2 x 2 x 2 one.
    mesh = {tuple(s * x for x in k) for k in SHIFTED_MESH for s in (1, -1)}
    assert mesh == {(x, y, z) for x in (0.25, -0.25) for y in (0.25, -0.25) for z in (0.25, -0.25)}
