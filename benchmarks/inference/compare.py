"""Times one call of two builds of the library, which take turns (compare.sh).

    python3 compare.py LIBBENCH DIRECTORY OLD NEW raw|features|shipped [CHANNELS|BATCH]

Each build has a process of its own, which finds it by LD_LIBRARY_PATH; both are bound to the same core and only
one of them runs at a time. OLD and NEW are folders that hold libspectra_infer.so.0.
"""

import os
import pathlib
import subprocess
import sys

import numpy as np

ROUNDS = 400
TURN_SECONDS = 0.01


class Build:
    """A process that makes calls of one build."""

    def __init__(self, folder, arguments):
        script = pathlib.Path(__file__).with_name("answer.py")
        self.process = subprocess.Popen(
            [sys.executable, script, *arguments], env=os.environ | {"LD_LIBRARY_PATH": str(folder)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.spectra = int(self.answer())

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("a build ended before its time; what it says is above")
        return line

    def seconds(self, calls):
        """Of processor time."""
        self.process.stdin.write(f"{calls}\n")
        self.process.stdin.flush()
        return float(self.answer())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def main(native, directory, old, new, *what):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    builds = [Build(folder, [native, directory, *what]) for folder in (old, new)]
    calls = 1
    while builds[0].seconds(calls) < TURN_SECONDS / 4:
        calls *= 2
    calls *= 4
    times = np.empty((ROUNDS, 2))
    for number in range(ROUNDS):
        # Who begins changes, so that what comes in a rhythm meets both.
        for which in (0, 1) if number % 2 == 0 else (1, 0):
            times[number, which] = builds[which].seconds(calls) / calls / builds[which].spectra * 1e6
        if sys.stderr.isatty():
            print(f"\r{number + 1} of {ROUNDS} rounds", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    for build in builds:
        build.end()
    print(f"{'µs a spectrum':<24}{'old':>10}{'new':>10}{'new ÷ old':>12}")
    for name, share in (("least", 0), ("one turn of 20 below", 0.05), ("median", 0.5)):
        one, other = np.quantile(times, share, axis=0)
        print(f"{name:<24}{one:>10.3f}{other:>10.3f}{other / one:>12.3f}")
    print(f"{'median of pairs':<44}{np.median(times[:, 1] / times[:, 0]):>12.3f}")


main(*sys.argv[1:])
