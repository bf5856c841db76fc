"""Tables of what a user calls: raw spectra, images, ensembles and references."""

import numpy as np

import measured
from bench import FEATURES, ROOT, SEED, SHIPPED
from contenders import Native
from networks import parameter_bytes
from table import Table, microseconds, ratio

HIDDEN = [64, 64]  # of the shipped models, which have five members
CHANNELS = 2048


def raw(bench, maker, model, channels=CHANNELS):
    """A contender that takes 64 raw spectra in turns."""
    energy, counts = measured.spectra(ROOT / "data", channels, 64, SEED)
    return Native(maker, model, energy, counts, channels, len(counts))


def features(bench, model, batch=1):
    values = bench.template.spectra(max(batch, 64), SEED + 3)
    return Native("bench_spectra_features", model, values, FEATURES, len(values), batch, spectra=batch)


def neighbors(bench, model):
    values = bench.template.spectra(64, SEED + 3)
    return Native("bench_spectra_neighbors", model, values, FEATURES, len(values))


def stages(bench):
    table = Table(
        "stages", "One raw spectrum with a shipped model, on one core",
        ["channels", "whole, µs", "preparation, µs", "prediction from features, µs", "of it nearest references, µs",
         "noise in the errors, and the rest, µs"])
    for channels in (512, 1024, 2048, 4096):
        times = bench.turns.time(table.name, channels, {
            "whole": raw(bench, "bench_spectra_raw", SHIPPED, channels),
            "preprocess": raw(bench, "bench_spectra_preprocess", SHIPPED, channels),
            "features": features(bench, SHIPPED),
            "neighbors": neighbors(bench, SHIPPED)})
        whole, prepared, predicted, near = (
            times[name].least for name in ("whole", "preprocess", "features", "neighbors"))
        rest = max(0, whole - prepared - predicted)
        table.rows.append([f"{channels:,}", *map(microseconds, (whole, prepared, predicted, near, rest))])
        table.values[str(channels)] = whole * 1e6
    size = 5 * parameter_bytes(HIDDEN) + bench.template.references.nbytes
    least = bench.turns.time(table.name, "reading", {"reading": Native("bench_read", size)})["reading"].least
    table.notes.append(f"Reading the {size / 1e3:.0f} KB of the five members and of the references once takes {microseconds(least)} µs.")
    return table


def image(bench):
    side = 64 if bench.quick else 256
    table = Table(
        "image", f"An image of {side} × {side} × {CHANNELS} channels through spectra_predict_batch",
        ["threads of the caller", "seconds", "µs a spectrum", "spectra a second", "times as fast as one"])
    energy, counts = measured.spectra(ROOT / "data", CHANNELS, 1024, SEED)
    counts = np.resize(counts, (side * side, CHANNELS))
    threads = sorted({1, 2, len(bench.cores)} if len(bench.cores) > 1 else {1})
    with bench.all_cores():
        times = bench.turns.time(table.name, side, {
            count: Native("bench_spectra_image", SHIPPED, energy, counts, CHANNELS, len(counts), count,
                          spectra=len(counts)) for count in threads}, rounds=5, turn_seconds=0.001)
    for count in threads:
        # The time that passed: processor time does not grow less with threads.
        least, alone = times[count].least_passed, times[1].least_passed
        table.rows.append([str(count), f"{least * len(counts):.2f}", microseconds(least), f"{1 / least:,.0f}",
                           ratio(alone, least)])
        table.values[str(count)] = alone / least
    return table


def members(bench):
    table = Table(
        "members", "Members of 160-64-64-6, without references, on one core",
        ["members", "one spectrum from features, µs", "one of a batch of 256, µs",
         f"one raw spectrum of {CHANNELS} channels, µs"])
    for count in (1, 2, 5, 10, 20):
        model = bench.model(HIDDEN, members=count)
        times = bench.turns.time(table.name, count, {
            "single": features(bench, model), "batch": features(bench, model, 256),
            "raw": raw(bench, "bench_spectra_raw", model)})
        table.rows.append([str(count), *(microseconds(times[name].least) for name in ("single", "batch", "raw"))])
    return table


def references(bench):
    table = Table(
        "references", "References of an ensemble of five 160-64-64-6, on one core",
        ["references", "one spectrum from features, µs", "one of a batch of 256, µs", "the nearest three alone, µs",
         "loading, ms"])
    for count in (0, 100, 1000, 10_000) if bench.quick else (0, 100, 1000, 10_000, 100_000):
        model = bench.model(HIDDEN, members=5, references=count)
        contenders = {"single": features(bench, model), "batch": features(bench, model, 256),
                      "neighbors": neighbors(bench, model), "load": Native("bench_spectra_load", model)}
        times = bench.turns.time(table.name, count, contenders)
        loading = times["load"].least * 1e3
        table.rows.append([f"{count:,}", *(
            microseconds(times[name].least) for name in ("single", "batch", "neighbors")), f"{loading:.1f}"])
        table.values[str(count)] = loading
    return table
