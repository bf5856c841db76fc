"""What every Python worker does: says that it is ready, then trains once for each line on standard input, and
answers each with a line of JSON."""

import json
import sys
import time

import numpy as np


def serve(version, threads, train, predict, test):
    """`train()` returns when the network is trained; `predict(network, features)` gives its outputs."""
    print(json.dumps({"version": version, "threads": threads}), flush=True)
    for _ in sys.stdin:
        cpu_before, before = time.process_time(), time.perf_counter()
        network = train()
        seconds, cpu_seconds = time.perf_counter() - before, time.process_time() - cpu_before
        error = float(np.mean(np.abs(np.asarray(predict(network, test[0])) - test[1])))
        print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "test_error": error}), flush=True)
