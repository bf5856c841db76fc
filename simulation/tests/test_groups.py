"""Groups: twins share one, whether their sites are equal or their spectra alike."""

from __future__ import annotations

import pytest

from spectra_simulation.groups import SPECTRUM_TOLERANCE, assign_groups, twins
from spectra_simulation.pack import pack


def line(at):
    """Strengths of transitions of which one, by number, has most of all strength."""
    strengths = [1e-3] * 330
    strengths[at] = 1.0
    return strengths


@pytest.fixture
def ladder(make_record):
    """Materials whose bond lengths are n steps of 0.004 angstrom: neighbours alone are twins."""

    def rung(n):
        return make_record(material=f"mp-{n}", bond_length=1.6 + 0.004 * n, strengths=line(20 * n))

    return lambda *steps: {f"mp-{n}": [rung(n)] for n in steps}


def test_twins_have_equal_sites_both_ways(make_record):
    one = make_record()
    other = make_record(bond_angle=150.0, strengths=line(100))
    assert twins([one], [one])
    assert twins([one, one], [one])
    assert not twins([one], [other])
    assert not twins([one], [one, other])
    assert not twins([one, other], [one])


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"bond_length": 1.6155}, True),
        ({"bond_length": 1.6165}, False),
        ({"bond_angle": 144.9}, True),
        ({"bond_angle": 145.1}, False),
        ({"voronoi_volume": 15.4}, True),
        ({"voronoi_volume": 15.5}, False),
        ({"excitation_energy": 542.57}, True),
        ({"excitation_energy": 542.59}, False),
        ({"bonds": 3}, False),
    ],
)
def test_each_property_tells_sites_apart(make_record, change, same):
    assert twins([make_record()], [make_record(strengths=line(100), **change)]) is same


@pytest.mark.parametrize(("part", "same"), [(0.95, True), (1.05, False)])
def test_near_spectra_make_twins(make_record, part, same):
    # Of two lines far apart, a share x of the strength moves from one to the other: the spectra,
    # with a mean of 1, are 2 x apart.
    share = part * SPECTRUM_TOLERANCE / 2
    energies = [3.0, 10.0]
    one = make_record(energies=energies, strengths=[0.5, 0.5])
    other = make_record(energies=energies, strengths=[0.5 + share, 0.5 - share], bonds=3)
    assert twins([one], [other]) is same
    assert twins([other], [one]) is same


def test_most_spectra_decide_and_those_of_both(make_record):
    one, two = [make_record(strengths=line(20))], [make_record(strengths=line(80))]
    # Not equal to it in its sites, alike in its spectrum.
    distorted = [make_record(bond_angle=120.0, strengths=line(20))]
    assert twins(2 * one + two, distorted)
    assert not twins(one + 2 * two, distorted)
    assert not twins(distorted, one + 2 * two)


def test_sites_without_strength_have_no_spectrum_to_compare(make_record):
    dark, bright = (make_record(bonds=n, strengths=[x] * 330) for n, x in ((3, 0.0), (2, 1.0)))
    assert not twins([dark], [bright])
    assert not twins([dark, bright, bright], [bright])
    assert twins([dark], [dark])


def test_the_first_by_number_names_a_new_group(ladder):
    assert assign_groups(ladder(10, 9), {}) == {"mp-9": "mp-9", "mp-10": "mp-9"}


def test_chains_of_new_materials_are_one_group(ladder):
    # 1 and 3 are no twins, and 2, which is of both, comes last in the dictionary.
    assert set(assign_groups(ladder(1, 3, 2), {}).values()) == {"mp-1"}


def test_a_new_twin_joins_and_the_old_name_stays(ladder):
    assert assign_groups(ladder(4, 5), {"mp-5": "mp-5"}) == {"mp-4": "mp-5", "mp-5": "mp-5"}


def test_new_groups_are_united_under_an_old_one(ladder):
    # 1 and 3 are new; 2 links 1 with 3, 3 is a twin of the old 4.
    assert set(assign_groups(ladder(1, 2, 3, 4), {"mp-4": "mp-4"}).values()) == {"mp-4"}


def test_what_shares_a_group_already_stays_together(ladder):
    known = {"mp-1": "mp-1", "mp-8": "mp-1"}
    assert assign_groups(ladder(1, 8), known) == known


def test_a_new_material_between_two_old_groups_unites_them(ladder):
    old = pack([r for m in ladder(1, 3).values() for r in m]).entries
    assert [entry.group for entry in old] == ["mp-1", "mp-3"]
    packing = pack([r for m in ladder(2, 8).values() for r in m], old)
    assert [entry.group for entry in packing.entries] == ["mp-1", "mp-1", "mp-1", "mp-8"]
    assert packing.united == {"mp-3": "mp-1"}
    assert packing.added == ["mp-2/O2", "mp-8/O2"]


def test_a_later_site_joins_the_group_of_its_material(make_record):
    old = pack([make_record(material="mp-9")]).entries
    packing = pack([make_record(material="mp-9", site=5, bond_length=1.9)], old)
    assert [(e.record.site, e.group) for e in packing.entries] == [(2, "mp-9"), (5, "mp-9")]
