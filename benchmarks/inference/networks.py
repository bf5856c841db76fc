"""Tables of one network beside the other programs: batch sizes and widths."""

import numpy as np

from bench import FEATURES
from contenders import Native, openblas_product
from models import PROPERTIES
from table import Table, microseconds, ratio

HIDDEN = [256, 256]
RIVALS = ["ONNX Runtime", "OpenVINO", "NumPy"]
PRODUCT = 2048


def shapes(hidden):
    widths = [FEATURES, *hidden, PROPERTIES]
    return list(zip(widths, widths[1:]))


def operations(hidden):
    """Multiplications and additions of one spectrum."""
    return 2 * sum(inputs * outputs for inputs, outputs in shapes(hidden))


def parameter_bytes(hidden):
    return 4 * sum((inputs + 1) * outputs for inputs, outputs in shapes(hidden))


def rates(bench, table):
    """Operations a second of OpenBLAS, and of nothing but multiply-adds in registers."""
    contenders = {"OpenBLAS": openblas_product(PRODUCT), "multiply-adds": Native("bench_peak")}
    times = bench.turns.time(table, "rates", contenders, rounds=5, turn_seconds=0.2)
    return (2 * PRODUCT**3 / times["OpenBLAS"].least,
            Native.library.bench_peak_operations() / times["multiply-adds"].least)


def row(first, times, hidden):
    ours = times["SpectraInfer"].least
    others = [times[name].least for name in RIVALS]
    return [*first, microseconds(ours), *map(microseconds, others), *(ratio(other, ours) for other in others),
            f"{operations(hidden) / ours / 1e9:.0f}"]


COLUMNS = ["SpectraInfer, µs", *(f"{name}, µs" for name in RIVALS), *(f"{name} ÷ SpectraInfer" for name in RIVALS),
           "GFLOP/s"]


def batches(bench):
    table = Table("batches", "160-256-256-6 in float32 on one core: one spectrum of a batch",
                  ["batch", *COLUMNS, "of OpenBLAS"])
    sizes = [1, 64, 4096] if bench.quick else [1, 2, 4, 8, 16, 64, 256, 1024, 4096, 16384, 65536]
    before, measured = rates(bench, table.name), {}
    for batch in sizes:
        contenders = bench.rivals(HIDDEN, batch)
        if batch == 1:
            contenders["reading"] = Native("bench_read", parameter_bytes(HIDDEN))
        if batch == 4096:
            outputs = np.zeros((batch, PROPERTIES), np.float32)
            contenders["bfloat16"] = bench.openvino(HIDDEN, batch, outputs, "bf16")
            inputs = bench.batches(batch)
            contenders["all active"] = Native(
                "bench_spectra_features", bench.model(HIDDEN, all_active=True), inputs, FEATURES, len(inputs), batch,
                spectra=batch)
        measured[batch] = bench.turns.time(table.name, batch, contenders)
    rate, peak = map(max, before, rates(bench, table.name))
    for batch, times in measured.items():
        ours = times["SpectraInfer"].least
        share = operations(HIDDEN) / ours / rate
        table.rows.append([*row([f"{batch:,}"], times, HIDDEN), f"{share:.0%}"])
        table.values[str(batch)] = {
            "share": share, **{name: times[name].least / ours for name in RIVALS}}
    reading, single = measured[1]["reading"].least, measured[1]["SpectraInfer"].least
    table.values["reading"] = single / reading
    active, all_active = (bench.active_share(HIDDEN, 4096, all_active) for all_active in (False, True))
    table.notes += [
        f"{active:.0%} of the hidden units are active in these spectra. With biases that make {all_active:.0%} of them active, "
        f"SpectraInfer needs {microseconds(measured[4096]['all active'].least)} µs in batches of 4,096.",
        f"In the same run, OpenBLAS reaches {rate / 1e9:.0f} GFLOP/s on {PRODUCT} × {PRODUCT} × {PRODUCT}, and multiply-adds in "
        f"registers, which need no memory, {peak / 1e9:.0f}: whoever computes every product of this network needs at least "
        f"{microseconds(operations(HIDDEN) / peak)} µs a spectrum on one core.",
        f"Reading the {parameter_bytes(HIDDEN) / 1e3:.0f} KB of parameters from the second-level cache takes "
        f"{microseconds(reading)} µs ({parameter_bytes(HIDDEN) / reading / 1e9:.0f} GB/s); one spectrum takes "
        f"{single / reading:.2f} times that.",
        f"OpenVINO in bfloat16, which it takes by itself where the processor has it, needs "
        f"{microseconds(measured[4096]['bfloat16'].least)} µs in batches of 4,096."]
    return table


def widths(bench):
    table = Table("widths", "160-w-w-6 in float32 on one core: one spectrum of a batch", ["w", "batch", *COLUMNS])
    for width in [64, 256, 1024] if bench.quick else [64, 128, 256, 512, 1024]:
        for batch in (1, 1024):
            hidden = [width, width]
            times = bench.turns.time(table.name, f"{width} {batch}", bench.rivals(hidden, batch))
            table.rows.append(row([f"{width:,}", f"{batch:,}"], times, hidden))
    return table
