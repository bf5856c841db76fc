"""Times one training of the same network by SpectraInfer, scikit-learn and JAX, side by side.

    python3 run.py --worker TrainingWorker --directory build/bench/problem --csv build/bench/training.csv

All contenders are started first, each a process of its own that has loaded, compiled and warmed up what it
needs. Then they train in turns, one at a time, as often as asked for; so whatever disturbs the machine
disturbs all. Prints a table of medians and writes every single time to the CSV file.
"""

import argparse
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import machine
import problem

HERE = pathlib.Path(__file__).resolve().parent


class Contender:
    """A process that trains when told to, on one core or on all there are."""

    def __init__(self, name, dropout, command, cores):
        self.name, self.dropout, self.cores = name, dropout, cores
        everywhere = os.sched_getaffinity(0)
        pinned = ["taskset", "-c", str(max(everywhere))] if cores == 1 else []
        self.process = subprocess.Popen(
            [*pinned, *map(str, command)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.runs = []

    def wait_until_ready(self):
        self.about = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended before it answered")
        return json.loads(line)

    def train(self, patience):
        machine.wait_for_quiet(patience)
        busy_before = machine.busy_seconds()
        self.process.stdin.write("train\n")
        self.process.stdin.flush()
        run = self.answer()
        foreign = machine.busy_seconds() - busy_before - run["cpu_seconds"]
        run["others"] = max(0.0, foreign / run["seconds"] / os.cpu_count())
        self.runs.append(run)

    def median(self, what):
        return statistics.median(run[what] for run in self.runs)

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def contenders(arguments):
    directory, seed = arguments.directory, arguments.seed
    available = len(os.sched_getaffinity(0))
    for cores in sorted({1, available}):
        for dropout in (0.5, 0.0):
            yield Contender("SpectraInfer", dropout, [arguments.worker, directory, dropout, seed, cores], cores)
            yield Contender(
                "JAX", dropout, [sys.executable, HERE / "jax_worker.py", directory, dropout, seed], cores)
        yield Contender("scikit-learn", 0.0, [sys.executable, HERE / "sklearn_worker.py", directory, seed], cores)


def table(all_contenders):
    """Lines of Markdown. A ratio is to SpectraInfer with as many cores and the same dropout."""
    lines = [
        "| program | dropout | cores | threads | median, s | fastest, s | processor time, s | times SpectraInfer | test error |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for c in all_contenders:
        ours = next(
            o for o in all_contenders
            if o.name == "SpectraInfer" and (o.dropout, o.cores) == (c.dropout, c.cores))
        ratio = c.median("seconds") / ours.median("seconds")
        lines.append(
            f"| {c.about['version']} | {c.dropout:g} | {c.cores} | {c.about['threads']} | "
            f"{c.median('seconds'):.2f} | {min(run['seconds'] for run in c.runs):.2f} | "
            f"{c.median('cpu_seconds'):.2f} | {ratio:.2f} | {c.median('test_error'):.3f} |")
    return lines


def write_csv(path, all_contenders):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["program", "dropout", "cores", "threads", "repetition", "seconds", "cpu_seconds", "others", "test_error"])
        for c in all_contenders:
            for number, run in enumerate(c.runs, start=1):
                writer.writerow([
                    c.about["version"], c.dropout, c.cores, c.about["threads"], number,
                    run["seconds"], run["cpu_seconds"], run["others"], run["test_error"]])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worker", type=pathlib.Path, required=True)
    parser.add_argument("--directory", type=pathlib.Path, required=True)
    parser.add_argument("--csv", type=pathlib.Path, required=True)
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--patience", type=float, default=0, help="seconds to wait for a quiet machine before each run")
    arguments = parser.parse_args()
    problem.write(arguments.directory, arguments.epochs)
    all_contenders = []
    for contender in contenders(arguments):
        # One after the other: two that compile at once would take turns anyway.
        contender.wait_until_ready()
        all_contenders.append(contender)
        print(f"ready: {contender.about['version']}, dropout {contender.dropout:g}, {contender.cores} cores",
              file=sys.stderr)
    for repetition in range(arguments.repetitions):
        for contender in all_contenders:
            contender.train(arguments.patience)
        print(f"repetition {repetition + 1} of {arguments.repetitions}", file=sys.stderr)
    for contender in all_contenders:
        contender.end()
    print(f"{machine.processor()}, {os.cpu_count()} cores; {arguments.repetitions} repetitions in turns\n")
    print("\n".join(table(all_contenders)))
    others = statistics.median(run["others"] for c in all_contenders for run in c.runs)
    print(f"\nOther programs used {others:.0%} of the machine meanwhile (median over the runs).")
    write_csv(arguments.csv, all_contenders)


if __name__ == "__main__":
    main()
