"""What the benchmarks say of the machine, and how they wait until it is left alone."""

import os
import pathlib
import platform
import time


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


def instructions():
    """The widest vectors of the processor."""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            flags = line.split(":")[1].split()
            return "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    return platform.machine()


def busy_seconds():
    """Processor time that all programs of the machine have used, but for those that gave way (nice)."""
    fields = pathlib.Path("/proc/stat").read_text().splitlines()[0].split()
    user, _, system, _, _, irq, softirq, steal = map(int, fields[1:9])
    return (user + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def wait_for_quiet(patience):
    """Waits until other programs use less than a tenth of the machine, at most `patience` seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        before = busy_seconds()
        time.sleep(0.5)
        if busy_seconds() - before < 0.05 * os.cpu_count():
            return
