"""The table of loading and memory: each model in a process that has loaded none before.

As a program: python3 footprint.py LIBBENCH MAKER ARGUMENTS... loads and writes seconds of processor time and bytes as JSON.
"""

import ctypes
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

PROCESSES = 5


def resident():
    """Bytes of memory that the process has now."""
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def peak():
    """Bytes of memory that the process has had at most."""
    status = pathlib.Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024


def libraries():
    """The files of code and constants that are mapped."""
    maps = pathlib.Path("/proc/self/maps").read_text().splitlines()
    return {fields[5] for line in maps if len(fields := line.split(maxsplit=5)) == 6 and ".so" in fields[5]}


def load(native, kind, *paths):
    library = ctypes.CDLL(native)
    names = [ctypes.c_char_p(path.encode()) for path in paths]
    room = ctypes.create_string_buffer(4096)
    more = [] if kind == "bench_spectra_keep" else [
        room, ctypes.c_size_t(1), ctypes.c_size_t(1), ctypes.c_size_t(160), ctypes.create_string_buffer(64), b"f32"]
    mapped, before, start = libraries(), resident(), time.process_time()
    getattr(library, kind)(*names, *more)
    seconds = time.process_time() - start
    return {"seconds": seconds, "resident": resident() - before, "peak": peak() - before,
            "libraries": sum(os.stat(path).st_size for path in libraries() - mapped)}


def footprint(bench):
    from bench import SHIPPED
    from contenders import ONNX_RUNTIME, OPENVINO
    from networks import HIDDEN
    from predictions import HIDDEN as MEMBER
    from table import Table

    table = Table("footprint", "Loading a model in a new process",
                  ["program", "model", "loading, ms", "memory more, MB", "at its peak, MB", "libraries, MB"])
    onnx, _ = bench.onnx(HIDDEN, 1)
    ours, shipped = "bench_spectra_keep", f"shipped, 5 members, {len(bench.template.references)} references"
    cases = [
        ("SpectraInfer", shipped, ours, [SHIPPED]),
        ("SpectraInfer", "5 members, 1,000 references", ours, [bench.model(MEMBER, 5, 1000)]),
        ("SpectraInfer", "5 members, 10,000 references", ours, [bench.model(MEMBER, 5, 10_000)]),
        ("SpectraInfer", "160-256-256-6", ours, [bench.model(HIDDEN)]),
        ("ONNX Runtime", "160-256-256-6", "bench_onnx_runtime", [ONNX_RUNTIME, onnx]),
        ("OpenVINO", "160-256-256-6", "bench_openvino", [OPENVINO, onnx])]
    bench.turns.begin(["table", "program", "model", "processor_seconds", "resident", "peak", "libraries"])
    for program, model, maker, paths in cases:
        print(f"{table.name}: {program}, {model}", file=sys.stderr)
        command = [sys.executable, __file__, bench.native, maker, *paths]
        runs = [json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                for _ in range(PROCESSES)]
        bench.turns.write(*([table.name, program, model, *run.values()] for run in runs))
        # The least time, which other programs disturb least; ours is loaded before, with libbench.so.
        seconds = min(run["seconds"] for run in runs)
        more, most, size = (statistics.median(run[what] for run in runs) for what in ("resident", "peak", "libraries"))
        size = size or bench.library.stat().st_size
        table.rows.append([program, model, f"{seconds * 1e3:.1f}", f"{more / 1e6:.1f}", f"{most / 1e6:.1f}",
                           f"{size / 1e6:.2f}"])
        table.values[f"{program}: {model}"] = {"loading": seconds * 1e3, "memory": more / 1e6, "library": size / 1e6}
    return table


if __name__ == "__main__":
    print(json.dumps(load(*sys.argv[1:])))
