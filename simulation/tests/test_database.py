"""The packed files, byte for byte."""

from __future__ import annotations

import pytest

from spectra_simulation.database import Entry, read_database, write_database
from spectra_simulation.errors import SimulationError
from spectra_simulation.pack import pack
from spectra_simulation.record import Record, read_records

FILES = ("sites.csv", "transitions.csv")


def bytes_of(folder):
    return [(folder / name).read_bytes() for name in FILES]


def test_the_committed_database_is_packed_byte_for_byte_from_its_records(database, tmp_path):
    committed = read_database(database)
    # Written as records, in no order, and with no word of their groups.
    for entry in reversed(committed):
        record = entry.record
        record.write(tmp_path / "sites" / record.material / f"{record.site}.json")
    packing = pack(read_records(tmp_path))
    # The same materials must share a group; after `pack --add` a name may be a later member's.
    names = {e.group: c.group for e, c in zip(packing.entries, committed, strict=True)}
    assert len(set(names.values())) == len(names) == len({entry.group for entry in committed})
    renamed = [Entry(entry.record, names[entry.group]) for entry in packing.entries]
    write_database(tmp_path, renamed)
    assert bytes_of(tmp_path) == bytes_of(database)


def test_adding_a_part_gives_the_same_bytes_as_packing_all(database, tmp_path):
    entries = read_database(database)
    materials = sorted({entry.record.material for entry in entries})
    late = set(materials[::5]) - {
        entry.group for entry in entries if entry.group != entry.record.material
    }
    early = [entry for entry in entries if entry.record.material not in late]
    packing = pack([entry.record for entry in entries], early)
    write_database(tmp_path, packing.entries)
    assert bytes_of(tmp_path) == bytes_of(database)
    assert len(packing.added) == len(entries) - len(early) > 0
    assert packing.differing == []


def test_rows_that_are_there_stay_as_they_are(make_record, tmp_path):
    old = make_record(material="mp-50")
    write_database(tmp_path, [Entry(old, "mp-50")])
    before = (tmp_path / "sites.csv").read_text().splitlines()
    changed = make_record(material="mp-50", excitation_energy=540.0)
    new = make_record(material="mp-7", voronoi_volume=30.0)
    packing = pack([changed, new], read_database(tmp_path))
    write_database(tmp_path, packing.entries)
    after = (tmp_path / "sites.csv").read_text().splitlines()
    assert after[0] == before[0]
    assert after[2] == before[1]  # mp-7 comes first
    assert packing.present == packing.differing == ["mp-50/O2"]
    assert packing.added == ["mp-7/O2"]
    numbers = {row.split(",")[0] for row in (tmp_path / "transitions.csv").read_text().split()[1:]}
    assert numbers == {"0", "1"}


def test_rows_are_renewed_where_that_is_asked_for(make_record):
    old = [make_record(material="mp-50"), make_record(material="mp-51", voronoi_volume=20.0)]
    entries = pack(old).entries
    changed = make_record(material="mp-50", strengths=[2e-3] * 330)
    packing = pack([changed], entries, renew=True)
    assert [entry.record for entry in packing.entries] == [changed, old[1]]
    assert packing.added == []
    assert packing.present == ["mp-50/O2"]
    # The same spectrum, in arbitrary units.
    assert packing.differing == []
    other = make_record(material="mp-50", strengths=[1e-3] * 165 + [2e-3] * 165)
    assert pack([other], entries).differing == ["mp-50/O2"]


def test_numbers_are_written_with_their_digits(make_record, tmp_path):
    record = make_record(
        bonds=1,
        bond_length=1.6140532146,
        bond_angle=None,
        excitation_energy=542.84106,
        energies=[0.12345, 16.67404],
        strengths=[0.000123456, 12.0],
    )
    write_database(tmp_path, pack([record]).entries)
    row = (tmp_path / "sites.csv").read_text().splitlines()[1]
    assert row == "mp-1/O2,mp-1,mp-1,2,O2Si,P1,2,1,1.61405,,15,0.55,-1.05,542.8411,5.5,600,16.674"
    assert (tmp_path / "transitions.csv").read_text() == (
        "spectrum,energy,strength\n0,0.123,0.0001235\n0,16.674,12\n"
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("sites.csv", "bonds,", "", "columns must be"),
        ("sites.csv", ",15,", ",fifteen,", "line 2: could not convert"),
        ("sites.csv", ",15,", ",15,1,", "line 2: there are not 17 cells"),
        ("sites.csv", "mp-1/O2", "mp-1/O3", "line 2: .* is not named"),
        ("transitions.csv", "\n0,", "\n9,", "line 2: there is no spectrum 9"),
        ("transitions.csv", "0.500", "half", "line 2: could not convert"),
    ],
)
def test_malformed_files_are_named_with_the_line(make_record, tmp_path, file, old, new, message):
    write_database(tmp_path, pack([make_record()]).entries)
    text = (tmp_path / file).read_text()
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1))
    with pytest.raises(SimulationError, match=f"{file}.*{message}"):
        read_database(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SimulationError, match=r"sites\.csv.*name the folder"):
        read_database(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"site": 2', '"site": 2, "site"', "Expecting"),
        ("15.0", "NaN", "not finite"),
        ("0.001", "-0.001", "negative"),
        ('"energies": [', '"energies": [0.1, ', "331 transition energies, 330 strengths"),
        ('"formula": "O2Si", ', "", "formula"),
    ],
)
def test_a_broken_record_is_refused_with_the_remedy(make_record, tmp_path, old, new, message):
    path = tmp_path / "2.json"
    make_record().write(path)
    assert Record.read(path) == make_record()
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(SimulationError, match=f"{message}.*remove the file"):
        Record.read(path)
