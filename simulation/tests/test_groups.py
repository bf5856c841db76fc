"""Groups: twins share one, and the names in a database never change."""

from __future__ import annotations

import pytest

from spectra_simulation.groups import assign_groups, twins
from spectra_simulation.pack import pack


@pytest.fixture
def ladder(make_record):
    """Materials whose bond lengths are n steps of 0.004 angstrom: neighbours alone are twins."""
    return lambda *steps: {
        f"mp-{n}": [make_record(material=f"mp-{n}", bond_length=1.6 + 0.004 * n)] for n in steps
    }


def test_twins_have_equal_sites_both_ways(make_record):
    one, other = make_record(), make_record(bond_angle=150.0)
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
    assert twins([make_record()], [make_record(**change)]) is same


def test_the_first_by_number_names_a_new_group(ladder):
    assert assign_groups(ladder(10, 9), {}).groups == {"mp-9": "mp-9", "mp-10": "mp-9"}


def test_chains_of_new_materials_are_one_group(ladder):
    # 1 and 3 are no twins, and 2, which is of both, comes last in the dictionary.
    found = assign_groups(ladder(1, 3, 2), {})
    assert set(found.groups.values()) == {"mp-1"}
    assert not found.linking


def test_a_new_twin_joins_and_the_old_name_stays(ladder):
    found = assign_groups(ladder(4, 5), {"mp-5": "mp-5"})
    assert found.groups == {"mp-4": "mp-5", "mp-5": "mp-5"}


def test_new_groups_are_united_under_an_old_one(ladder):
    # 1 and 3 are new; 2 links 1 with 3, 3 is a twin of the old 4.
    found = assign_groups(ladder(1, 2, 3, 4), {"mp-4": "mp-4"})
    assert set(found.groups.values()) == {"mp-4"}


def test_a_new_material_between_two_old_groups_is_left_out(ladder):
    known = {"mp-1": "mp-1", "mp-3": "mp-3"}
    found = assign_groups(ladder(1, 2, 3), known)
    assert found.groups == known
    assert found.linking == {"mp-2": ["mp-1", "mp-3"]}


def test_a_linking_material_is_not_packed(ladder):
    old = pack([r for m in ladder(1, 3).values() for r in m]).entries
    packing = pack([r for m in ladder(2, 8).values() for r in m], old)
    assert [entry.group for entry in packing.entries] == ["mp-1", "mp-3", "mp-8"]
    assert packing.linking == {"mp-2": ["mp-1", "mp-3"]}
    assert packing.added == ["mp-8/O2"]


def test_a_later_site_joins_the_group_of_its_material(make_record):
    old = pack([make_record(material="mp-9")]).entries
    packing = pack([make_record(material="mp-9", site=5, bond_length=1.9)], old)
    assert [(e.record.site, e.group) for e in packing.entries] == [(2, "mp-9"), (5, "mp-9")]
