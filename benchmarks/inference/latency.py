"""The table of latencies: how long a single prediction takes at worst."""

import sys

import numpy as np

from bench import SHIPPED
from contenders import Native
from networks import HIDDEN, parameter_bytes
from predictions import features, raw
from table import Table

PERCENTILES = [50, 99, 99.9, 99.99, 100]
BLOCK = 10_000


def latencies(bench):
    count = 20_000 if bench.quick else 1_000_000
    table = Table(
        "latency", f"Latency of {count:,} single predictions on one core, µs",
        ["program", *(f"{p:g} %" for p in PERCENTILES[:-1]), "maximum"])
    contenders = {f"160-256-256-6: {name}": contender for name, contender in bench.rivals(HIDDEN, 1).items()
                  if name != "NumPy"}
    contenders["shipped model, from features: SpectraInfer"] = features(bench, SHIPPED)
    contenders["shipped model, raw spectrum of 2048 channels: SpectraInfer"] = raw(bench, "bench_spectra_raw", SHIPPED)
    contenders["no program: the parameters of 160-256-256-6 are read"] = Native("bench_read", parameter_bytes(HIDDEN))
    found = {name: [] for name in contenders}
    for start in range(0, count, BLOCK):
        if start % (10 * BLOCK) == 0:
            print(f"{table.name}: {start:,}", file=sys.stderr)
        bench.turns.wait()
        for name, contender in contenders.items():
            contender.run(100)
            found[name].append(contender.latencies(BLOCK))
    bench.turns.begin(["table", "program", "calls", *(f"nanoseconds_{p:g}" for p in PERCENTILES)])
    for name, blocks in found.items():
        values = np.percentile(np.concatenate(blocks), PERCENTILES, method="higher")
        bench.turns.write([table.name, name, count, *values])
        table.rows.append([name, *(f"{value / 1e3:,.1f}" for value in values)])
        table.values[name] = dict(zip(map(str, PERCENTILES), values / 1e3))
    table.notes.append("Rare long ones are interruptions by the system and by other programs; the last row meets them too.")
    return table
