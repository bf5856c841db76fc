"""The command `simulation`."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from .check import check, report
from .database import Entry, read_database, write_database
from .errors import SimulationError
from .pack import pack
from .plan import make_plan, missing_sites, read_plan, write_plan
from .progress import Progress, duration
from .record import read_or_none, read_records
from .settings import Settings
from .work import Work


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    warnings.filterwarnings("ignore", module="ase|gpaw|spglib")
    try:
        return int(options.command(options))
    except SimulationError as error:
        print(f"simulation: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; the same command goes on where it stopped", file=sys.stderr)
        return 130


def _plan(options: argparse.Namespace) -> int:
    work: Path = options.out
    settings = Settings.read(work)
    present = (
        {entry.record.spectrum for entry in read_database(options.database)}
        if options.database
        else set()
    )
    plan = make_plan(options.structures, settings, present, options.largest_volume)
    write_plan(work, plan)
    settings.write(work)
    for material, reason in sorted(plan.skipped.items()):
        print(f"left out: {material}: {reason}")
    sites = sum(len(material.sites) for material in plan.materials)
    seconds = Work(work).seconds_left(plan.materials)
    print(
        f"{len(plan.materials)} materials, {sites} sites, about {duration(seconds)} on one core; "
        f"next: simulation run --out {work}"
    )
    return 0


def _run(options: argparse.Namespace) -> int:
    from .electronic import Calculator
    from .run import run

    work = Work(options.out.resolve())
    settings = Settings.read(work.folder)
    plan = read_plan(work.folder)
    if options.only:
        named = {material.material: material for material in plan}
        for name in options.only:
            if name not in named:
                raise SimulationError(f"{name} is not in the plan; see `simulation status`")
        plan = [named[name] for name in options.only]
    if options.again:
        for material in plan:
            work.forget_failures(material)
    progress = Progress(
        sum(len(material.sites) for material in plan),
        sum(len(work.finished(material)) for material in plan),
    )
    work.claim(settings)
    simulator = Calculator(settings, work.folder / "datasets")
    try:
        finished = run(work, plan, settings, simulator, progress, 3600 * options.hours)
    finally:
        progress.close()
    if not finished:
        print("the time is over; the same command goes on where it stopped")
    return 0


def _status(options: argparse.Namespace) -> int:
    work = Work(options.out)
    plan = read_plan(work.folder)
    for failure in work.failures(plan):
        where = "" if failure.site is None else f" site {failure.site}"
        print(f"failed: {failure.material}{where}: {failure.reason}")
    done = sum(len(work.finished(material)) for material in plan)
    left = sum(len(work.open(material)) for material in plan)
    total = sum(len(material.sites) for material in plan)
    print(
        f"{total} sites of {len(plan)} materials: {done} finished, {left} open "
        f"(about {duration(work.seconds_left(plan))} on one core), {total - done - left} failed"
    )
    return 0


def _pack(options: argparse.Namespace) -> int:
    records = read_records(options.out)
    if not records:
        raise SimulationError(f"{options.out}/sites: no record in it; name the folder of a run")
    target: Path = options.add or options.to
    database: list[Entry] = read_database(target) if options.add else []
    if options.to and (target / "sites.csv").exists():
        raise SimulationError(f"{target} has a database already; add to it with --add {target}")
    work = Work(options.out)
    unfinished: dict[str, int] = {}
    if not options.partial:
        have = {r.spectrum for r in records} | {entry.record.spectrum for entry in database}
        absorber = Settings.read(options.out).absorber
        unfinished = missing_sites(read_plan(options.out), absorber, have)
        records = [record for record in records if record.material not in unfinished]
    packing = pack(records, database, renew=options.renew)
    for name, missing in unfinished.items():
        if work.material_folder(name).exists():
            print(f"left out: {name}: {missing} of its sites are not finished (--partial)")
    for name, united in packing.united.items():
        print(f"group {name} is one with {united} now: they have twins")
    for spectrum in packing.differing:
        done = "renewed" if options.renew else "kept as it was (--renew)"
        print(f"{done}: {spectrum}: its new record differs")
    write_database(target, packing.entries)
    materials = {entry.record.material for entry in packing.entries}
    groups = {entry.group for entry in packing.entries}
    print(
        f"{len(packing.added)} spectra added, {len(packing.present)} were there; {target} has "
        f"{len(packing.entries)} spectra of {len(materials)} materials in {len(groups)} groups"
    )
    return 0


def _check(options: argparse.Namespace) -> int:
    folder: Path = options.folder
    if (folder / "sites.csv").exists():
        records = [entry.record for entry in read_database(folder)]
    else:
        records = read_records(folder)
    if not records:
        raise SimulationError(f"{folder}: neither a database nor a run with finished sites")
    found = check(records)
    print(report(found, records))
    if options.figure:
        from .overview import draw_overview

        draw_overview(records, options.figure)
        print(f"drawn: {options.figure}")
    return 1 if any(finding.broken for finding in found) else 0


def _converge(options: argparse.Namespace) -> int:
    from .converge import BASELINE, changes, simulate_variation, table, variations

    structure: Path = options.structure
    folder = options.out.resolve() / structure.stem
    known = variations(Settings.read(options.out))
    unknown = sorted(set(options.variations or ()) - set(known))
    if unknown:
        raise SimulationError(f"there is no variation {unknown[0]}; there are {', '.join(known)}")
    chosen = [n for n in known if n == BASELINE or n in (options.variations or known)]
    records = {}
    for name in chosen:
        record = read_or_none(folder / name, options.site)
        if record is None and not options.table:
            from .electronic import Calculator

            print(f"{structure.stem}: {name} ...", flush=True)
            simulator = Calculator(known[name], options.out.resolve() / "datasets")
            record = simulate_variation(
                structure, options.site, known[name], simulator, folder / name
            )
        if record is not None:
            records[name] = record
    if BASELINE not in records:
        raise SimulationError(f"{folder}: the baseline is not finished yet")
    print(f"{records[BASELINE].spectrum}:\n\n{table(changes(records))}")
    return 0


def _glass(options: argparse.Namespace) -> int:
    from ase.io import write

    from .glass import defects, quench, recipe

    options.out.mkdir(parents=True, exist_ok=True)
    for number in range(options.first, options.first + options.count):
        path = options.out / f"glass-{number:03d}.cif"
        if path.exists():
            print(f"{path} is there already")
            continue
        glass = recipe(number)
        atoms = quench(glass)
        write(path, atoms)
        count = defects(atoms.cell[:], atoms.positions, list(atoms.symbols))
        print(
            f"{path}  {glass.density:.2f} g/cm3  {len(atoms)} atoms  seed {glass.seed}  "
            f"{'minimised' if glass.minimised else '300 K'}  {count} atoms with another "
            "coordination than 4 (Si), 2 (O)",
            flush=True,
        )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="simulation",
        description="Simulate core-loss spectra and local properties of sites with GPAW, and pack "
        "them into a database that `spectra train` reads. See docs/simulation.md.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    plan = _command(commands, "plan", _plan, "find the sites to compute")
    plan.add_argument("structures", nargs="+", type=Path, metavar="FILE", help="CIF, POSCAR ...")
    _working_folder(plan)
    plan.add_argument("--database", type=Path, help="leave out the sites that are in this folder")
    plan.add_argument(
        "--largest-volume",
        type=float,
        default=float("inf"),
        metavar="V",
        help="leave out larger supercells, cubic angstrom",
    )

    run = _command(commands, "run", _run, "compute the open sites (needs GPAW)")
    _working_folder(run)
    run.add_argument("--hours", type=float, default=float("inf"), help="begin no site later")
    run.add_argument("--only", nargs="+", metavar="MATERIAL", help="these alone, in this order")
    run.add_argument("--again", action="store_true", help="try again what failed")

    _working_folder(_command(commands, "status", _status, "count the sites, list the failures"))

    packer = _command(commands, "pack", _pack, "write sites.csv and transitions.csv")
    _working_folder(packer)
    target = packer.add_mutually_exclusive_group(required=True)
    target.add_argument("--to", type=Path, metavar="DIR", help="a new database")
    target.add_argument("--add", type=Path, metavar="DIR", help="add to the database in DIR")
    packer.add_argument(
        "--partial", action="store_true", help="materials with unfinished sites too"
    )
    packer.add_argument(
        "--renew", action="store_true", help="take the new records of sites that are there already"
    )

    checker = _command(
        commands,
        "check",
        _check,
        "find broken calculations and outliers; status 1 if any is broken",
    )
    checker.add_argument("folder", type=Path, metavar="DIR", help="a database, or a working folder")
    checker.add_argument("--figure", type=Path, metavar="FILE", help="draw an overview (.png ...)")

    converge = _command(
        commands, "converge", _converge, "measure what finer settings change (needs GPAW)"
    )
    converge.add_argument("structure", type=Path, metavar="FILE", help="CIF, POSCAR ...")
    _working_folder(converge)
    converge.add_argument("--site", type=int, help="the atom; the first distinct one if not given")
    converge.add_argument("--variations", nargs="+", metavar="NAME", help="these alone")
    converge.add_argument("--table", action="store_true", help="compute nothing, print the table")

    glass = _command(commands, "glass", _glass, "melt and quench silica (needs LAMMPS)")
    glass.add_argument("out", type=Path, metavar="DIR", help="where the CIF files go")
    glass.add_argument("--count", type=int, default=12)
    glass.add_argument("--first", type=int, default=1, help="number of the first; gives its seed")
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    function: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text.capitalize() + ".")
    parser.set_defaults(command=function)
    return parser


def _working_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="the working folder of the simulation",
    )
