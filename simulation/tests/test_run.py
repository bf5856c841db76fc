"""Planning and running with a stand-in for GPAW: resuming, failing, sharing."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import signal
import sys
import time

import pytest
from ase import Atoms
from ase.io import write
from crystals import alpha_quartz, beta_cristobalite, periclase, stishovite

from spectra_simulation.command_line import main
from spectra_simulation.electronic import FinalState, GroundState
from spectra_simulation.errors import SimulationError
from spectra_simulation.locks import try_lock
from spectra_simulation.plan import make_plan, missing_sites, read_plan, write_plan
from spectra_simulation.progress import Progress, duration
from spectra_simulation.record import read_records
from spectra_simulation.run import run
from spectra_simulation.settings import Settings
from spectra_simulation.work import Work, site_cost

SETTINGS = Settings()


class StandIn:
    """Answers at once; sites and materials in ``broken`` fail."""

    def __init__(self, broken=(), gap=5.0):
        self.broken, self.gap = broken, gap
        self.calls = []

    def ground_state(self, atoms, sites, log):
        self.calls.append(("ground", len(atoms)))
        if "ground" in self.broken:
            raise RuntimeError("no convergence")
        charges = [2.0 if symbol == "Si" else -1.0 for symbol in atoms.symbols]
        return GroundState(-1000.0, self.gap, 0.01, charges, {str(s): [0.5, 0.6] for s in sites})

    def final_state(self, atoms, site, log):
        self.calls.append(("final", site))
        if site in self.broken:
            raise RuntimeError(f"site {site} does not converge")
        return FinalState(-457.5, 4.0, [0.5, 1.0], [0.001, 0.002])


@pytest.fixture
def structures(tmp_path):
    paths = []
    for name, crystal in {
        "quartz": alpha_quartz(),
        "stishovite": stishovite(),
        "cristobalite": beta_cristobalite(),
    }.items():
        path = tmp_path / "structures" / f"{name}.cif"
        path.parent.mkdir(exist_ok=True)
        write(path, Atoms(crystal.symbols, crystal.positions, cell=crystal.cell, pbc=True))
        paths.append(path)
    return paths


@pytest.fixture
def work(tmp_path, structures):
    folder = tmp_path / "work"
    write_plan(folder, make_plan(structures, SETTINGS))
    return Work(folder)


def compute(work, simulator, **options):
    stream = io.StringIO()
    plan = read_plan(work.folder)
    progress = Progress(sum(len(m.sites) for m in plan), 0, stream)
    finished = run(work, plan, SETTINGS, simulator, progress, **options)
    return finished, stream.getvalue()


def test_plan_finds_the_symmetry_of_known_crystals(structures):
    plan = {m.material: m for m in make_plan(structures, SETTINGS).materials}
    assert {name: (m.space_group, len(m.sites), m.multiplicity) for name, m in plan.items()} == {
        "quartz": ("P3_221", 1, [6]),
        "stishovite": ("P4_2/mnm", 1, [4]),
        "cristobalite": ("Fd-3m", 1, [4]),
    }
    # The primitive cell of the cubic crystal is a quarter of the cube.
    assert plan["cristobalite"].formula == "O4Si2"
    assert plan["quartz"].repeats == (2, 2, 2)


def test_plan_starts_with_the_smallest_and_says_what_it_leaves_out(structures, tmp_path):
    text = tmp_path / "notes.cif"
    text.write_text("no crystal\n")
    metal = tmp_path / "silicon.cif"
    write(metal, Atoms("Si2", [[0, 0, 0], [1.36] * 3], cell=[3.8, 3.8, 3.8], pbc=True))
    present = {"stishovite/O2"}
    plan = make_plan([*structures, text, metal], SETTINGS, present, largest_volume=800)
    volumes = [m.supercell_volume for m in plan.materials]
    assert volumes == sorted(volumes)
    assert set(plan.skipped) == {"notes", "silicon", "stishovite", "quartz"}
    assert plan.skipped["stishovite"] == "in the database already"
    assert "909" not in plan.skipped["notes"]
    assert "cubic angstrom" in plan.skipped["quartz"]
    assert plan.skipped["silicon"] == "there is no O in it"


def test_two_files_of_one_name_are_refused(structures, tmp_path):
    with pytest.raises(SimulationError, match="rename one"):
        make_plan([structures[0], tmp_path / "other" / structures[0].name], SETTINGS)


def test_a_run_records_every_site_and_a_second_one_computes_nothing(work):
    finished, text = compute(work, StandIn())
    assert finished
    records = read_records(work.folder)
    assert {r.material for r in records} == {"quartz", "stishovite", "cristobalite"}
    quartz = next(r for r in records if r.material == "quartz")
    assert quartz.excitation_energy == pytest.approx(542.5)
    assert quartz.overlap_population == pytest.approx(0.55)
    assert quartz.bond_angle == pytest.approx(143.73, abs=0.07)
    assert quartz.supercell_atoms == 72
    assert "[3/3" in text
    again = StandIn()
    assert compute(work, again)[0]
    assert again.calls == []


def test_a_failing_site_is_kept_with_its_reason_and_tried_again_on_demand(work):
    plan = read_plan(work.folder)
    site = next(m for m in plan if m.material == "quartz").sites[0]
    compute(work, StandIn(broken=[site]))
    failures = work.failures(plan)
    assert ("quartz", site) in {(f.material, f.site) for f in failures}
    assert failures[0].reason == f"RuntimeError: site {site} does not converge"
    idle = StandIn()
    compute(work, idle)
    assert idle.calls == []
    for material in plan:
        work.forget_failures(material)
    compute(work, idle)
    assert work.failures(plan) == []
    # Its ground state was kept.
    assert {call[0] for call in idle.calls} == {"final"}
    assert not any(work.open(material) for material in plan)


def test_a_material_without_gap_or_ground_state_fails_as_a_whole(work):
    plan = read_plan(work.folder)
    compute(work, StandIn(gap=0.2))
    assert {f.site for f in work.failures(plan)} == {None}
    assert "has no gap: 0.20 eV" in work.failures(plan)[0].reason
    assert read_records(work.folder) == []


def test_a_run_stops_when_its_time_is_over_and_goes_on(work):
    now = iter(range(0, 10_000, 100))
    finished, _ = compute(work, StandIn(), seconds=150, clock=lambda: next(now))
    assert not finished
    assert 0 < len(read_records(work.folder)) < 3
    assert compute(work, StandIn())[0]
    assert len(read_records(work.folder)) == 3


def test_a_changed_structure_is_not_mixed_with_its_plan(work, structures):
    structures[0].write_bytes(structures[1].read_bytes())
    compute(work, StandIn())
    reasons = {f.material: f.reason for f in work.failures(read_plan(work.folder))}
    assert "not what was planned" in reasons["quartz"]


def hold(path, ready):
    with try_lock(path) as mine:
        assert mine
        ready.set()
        time.sleep(60)


def test_a_held_lock_is_passed_over_and_a_killed_process_leaves_none(work):
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    holder = context.Process(target=hold, args=(work.lock("quartz"), ready))
    holder.start()
    try:
        assert ready.wait(30)
        compute(work, StandIn())
        assert {r.material for r in read_records(work.folder)} == {"stishovite", "cristobalite"}
        os.kill(holder.pid, signal.SIGKILL)
        holder.join(30)
        compute(work, StandIn())
        assert len(read_records(work.folder)) == 3
    finally:
        holder.kill()
        holder.join()


def test_time_left_scales_with_what_was_measured(work, make_record):
    plan = read_plan(work.folder)
    guess = work.seconds_left(plan)
    assert guess == pytest.approx(sum(2 * site_cost(m.supercell_volume) for m in plan))
    first = plan[0]
    slow = 3 * site_cost(first.supercell_volume)
    make_record(seconds=slow).write(work.record_path(first.material, first.sites[0]))
    rest = sum(2 * site_cost(m.supercell_volume) for m in plan[1:])
    assert work.seconds_left(plan) == pytest.approx(3 * rest)


def test_a_record_cut_short_stops_no_other_site_but_is_not_packed(work, capsys):
    plan = read_plan(work.folder)
    compute(work, StandIn())
    path = work.record_path(plan[0].material, plan[0].sites[0])
    path.write_text(path.read_text()[:-20])
    work.record_path(plan[1].material, plan[1].sites[0]).unlink()
    compute(work, StandIn())
    assert work.finished(plan[1]) == plan[1].sites
    assert work.failures(plan) == []
    to = str(work.folder / "data")
    assert main(["pack", "--out", str(work.folder), "--to", to]) == 1
    assert str(path) in capsys.readouterr().err


def test_sites_of_other_settings_are_not_mixed(work):
    work.claim(SETTINGS)
    work.claim(SETTINGS)
    with pytest.raises(SimulationError, match="plan in another folder"):
        work.claim(Settings(cutoff=300.0))
    assert read_records(work.folder) == []


def test_without_gpaw_the_remedy_is_named(work, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "gpaw", None)
    assert main(["run", "--out", str(work.folder)]) == 1
    assert "make simulation-setup" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "text"), [(40, "40 s"), (720, "12 min"), (12240, "3.4 h"), (181440, "2.1 days")]
)
def test_durations_are_written_as_people_say_them(seconds, text):
    assert duration(seconds) == text


def test_missing_sites_are_counted(work):
    plan = read_plan(work.folder)
    everything = {f"{m.material}/O{s}" for m in plan for s in m.sites}
    assert missing_sites(plan, "O", everything) == {}
    assert missing_sites(plan, "O", set()) == {m.material: len(m.sites) for m in plan}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"cutof": 300}, "there is no setting cutof"),
        ({"cutoff": -1}, "above 0"),
        ({"sampling": []}, "wave vectors"),
        ({"neighbours": "Si"}, "list of elements"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path, values, message):
    (tmp_path / "settings.json").write_text(json.dumps(values))
    with pytest.raises(SimulationError, match=message):
        Settings.read(tmp_path)


def test_settings_come_back_as_they_were_written(tmp_path):
    settings = Settings(neighbours=("Mg",), setups=(("Mg", "2"),), radius=None)
    settings.write(tmp_path)
    assert Settings.read(tmp_path) == settings
    (tmp_path / "settings.json").write_text('{"neighbours": ["Mg"], "setups": {"Mg": "2"}}')
    assert Settings.read(tmp_path).setups == (("Mg", "2"),)


def test_the_command_line_from_plan_to_check(tmp_path, structures, capsys):
    out, data = str(tmp_path / "work"), str(tmp_path / "data")
    assert main(["plan", *map(str, structures), "--out", out]) == 0
    assert "3 materials, 3 sites" in capsys.readouterr().out
    compute(Work(tmp_path / "work"), StandIn(broken=["ground"]))
    assert main(["status", "--out", out]) == 0
    assert "failed: quartz: RuntimeError: no convergence" in capsys.readouterr().out
    assert main(["pack", "--out", out, "--to", data]) == 1
    assert "no record in it" in capsys.readouterr().err
    work = Work(tmp_path / "work")
    for material in read_plan(work.folder):
        work.forget_failures(material)
    compute(work, StandIn())
    work.record_path("quartz", read_plan(work.folder)[-1].sites[0])
    assert main(["pack", "--out", out, "--to", data]) == 0
    assert "3 spectra added" in capsys.readouterr().out
    assert main(["pack", "--out", out, "--to", data]) == 1
    assert "--add" in capsys.readouterr().err
    assert main(["pack", "--out", out, "--add", data]) == 0
    assert "0 spectra added, 3 were there" in capsys.readouterr().out
    # The stand-in has bands up to 1 eV alone.
    assert main(["check", data]) == 1
    assert "3 spectra: 3 broken" in capsys.readouterr().out


def test_unfinished_materials_are_not_packed(tmp_path, structures, capsys):
    out, data = tmp_path / "work", tmp_path / "data"
    write_plan(out, make_plan(structures, SETTINGS))
    work = Work(out)
    compute(work, StandIn())
    rows = json.loads((out / "plan.json").read_text())
    rows[0]["sites"].append(77)
    rows[0]["multiplicity"].append(1)
    (out / "plan.json").write_text(json.dumps(rows))
    assert main(["pack", "--out", str(out), "--to", str(data)]) == 0
    text = capsys.readouterr().out
    assert f"left out: {rows[0]['material']}: 1 of its sites" in text
    assert "2 spectra added" in text
    assert main(["pack", "--out", str(out), "--partial", "--add", str(data)]) == 0
    assert "1 spectra added" in capsys.readouterr().out


def test_another_absorber_names_its_spectra(tmp_path, make_record):
    settings = Settings(absorber="Mg", neighbours=("O",))
    path = tmp_path / "periclase.cif"
    crystal = periclase()
    write(path, Atoms(crystal.symbols, crystal.positions, cell=crystal.cell, pbc=True))
    material = make_plan([path], settings).materials[0]
    assert material.sites == [crystal.first("Mg")]
    assert make_record(absorber="Mg", site=0).spectrum == "mp-1/Mg0"
