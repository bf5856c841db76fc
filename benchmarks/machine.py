"""What the benchmarks say of the machine, and how they wait until it is left alone."""

import os
import pathlib
import platform
import time


def _processor_field(name):
    """A field of the first processor in /proc/cpuinfo; None: it has none."""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.split(":")[0].strip() == name:
            return line.split(":")[1].strip()
    return None


def processor():
    """Its name, with family and model: virtual machines often hide the rest of the name."""
    name = _processor_field("model name")
    if name is None:
        return platform.processor()
    return f"{name} (family {_processor_field('cpu family')}, model {_processor_field('model')})"


def instructions():
    """The widest vectors of the processor."""
    flags = _processor_field("flags")
    if flags is None:
        return platform.machine()
    present = flags.split()
    return "AVX-512" if "avx512f" in present else "AVX2" if "avx2" in present else "no AVX2"


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
