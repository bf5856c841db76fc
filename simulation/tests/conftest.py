"""What the tests share: the option --gpaw, the committed database, records of a made-up kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from spectra_simulation.record import Record

REPOSITORY = Path(__file__).parents[2]


def pytest_addoption(parser):
    parser.addoption("--gpaw", action="store_true", help="run the tests that need GPAW")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--gpaw"):
        for item in items:
            if "gpaw" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="needs GPAW and minutes: --gpaw"))


@pytest.fixture
def database():
    """The folder of the committed database."""
    return REPOSITORY / "data"


@pytest.fixture
def make_record():
    """A function that makes a plain record, changed as its arguments say."""
    plain = Record(
        material="mp-1",
        site=2,
        formula="O2Si",
        space_group="P1",
        multiplicity=2,
        bonds=2,
        bond_length=1.61,
        bond_angle=143.0,
        voronoi_volume=15.0,
        overlap_population=0.55,
        mulliken_charge=-1.05,
        excitation_energy=542.5,
        ground_gap=5.5,
        supercell_volume=600.0,
        energies=[0.5 + 0.05 * n for n in range(330)],
        strengths=[1e-3] * 330,
        final_gap=5.0,
        spill=0.01,
        seconds=20.0,
        supercell_atoms=45,
    )
    return lambda **changes: replace(plain, **changes)
