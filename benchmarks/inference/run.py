"""Times inference beside ONNX Runtime, OpenVINO and NumPy, prints tables and writes CSV and Markdown.

    python3 run.py --native libbench.so --library libspectra_infer.so --directory build/bench/inference
        [--quick] [--only TABLE,TABLE] [--resume] [--patience SECONDS] [--write FILE.md]

Every table is kept in DIRECTORY/NAME.json once it is measured, and its single times in DIRECTORY/NAME.csv.
"""

import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[variable] = "1"  # before NumPy is loaded

import argparse
import dataclasses
import datetime
import hashlib
import importlib.metadata
import json
import pathlib
import sys

import document
import machine
from bench import Bench
from contenders import Native
from footprint import footprint
from from_python import from_python
from goals import goals
from latency import latencies
from networks import batches, widths
from predictions import image, members, references, stages
from table import Table
from turns import Turns

TABLES = {"batches": batches, "widths": widths, "python": from_python, "stages": stages, "image": image,
          "members": members, "references": references, "latency": latencies, "footprint": footprint}


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--native", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--library", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--directory", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--only", metavar="TABLES", default=",".join(TABLES), help=f"some of {', '.join(TABLES)}")
    parser.add_argument("--quick", action="store_true", help="fewer rows and rounds: about a minute")
    parser.add_argument("--resume", action="store_true", help="keep the tables that this library has already")
    parser.add_argument("--patience", type=float, default=0, metavar="SECONDS",
                        help="to wait for a quiet machine before each round")
    parser.add_argument("--write", type=pathlib.Path, metavar="FILE",
                        help="write the tables between the marks of a Markdown file")
    chosen = parser.parse_args()
    chosen.only = chosen.only.split(",")
    if unknown := set(chosen.only) - set(TABLES):
        parser.error(f"no table is called {', '.join(sorted(unknown))}; there are {', '.join(TABLES)}")
    return chosen


def circumstances(library, quick):
    """Processor, versions, and a digest of the library."""
    names = ("onnxruntime", "openvino", "numpy")
    return {"processor": f"{machine.processor()} with {machine.instructions()}", "quick": quick,
            "versions": {name: importlib.metadata.version(name) for name in names},
            "library": hashlib.sha256(library.read_bytes()).hexdigest()}


def main():
    chosen = options()
    chosen.directory.mkdir(parents=True, exist_ok=True)
    now = circumstances(chosen.library, chosen.quick)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    Native.open(chosen.native)
    for name in chosen.only:
        kept = chosen.directory / f"{name}.json"
        if chosen.resume and kept.exists() and json.loads(kept.read_text())["circumstances"] == now:
            continue
        turns = Turns(chosen.directory / f"{name}.csv", rounds=7 if chosen.quick else 15,
                      turn_seconds=0.01 if chosen.quick else 0.03, patience=chosen.patience)
        table = TABLES[name](Bench(chosen.directory, chosen.native, chosen.library, chosen.quick, cores, turns))
        kept.write_text(json.dumps({
            "date": datetime.date.today().isoformat(), "circumstances": now, "table": dataclasses.asdict(table)}, indent=1))
        print(f"\n{table.title}\n\n{table.markdown()}\n", flush=True)
    kept = [json.loads(path.read_text()) for name in TABLES if (path := chosen.directory / f"{name}.json").exists()]
    tables = [Table(**one["table"]) for one in kept]
    made = goals({table.name: table.values for table in tables})
    print(f"\n{made.title}\n\n{made.markdown()}")
    document.write(chosen.directory / "tables.md", [made, *tables], kept)
    if chosen.write:
        document.fill(chosen.write, [made, *tables], kept)


if __name__ == "__main__":
    sys.exit(main())
