"""Makes one call again and again, for a profiler.

    python3 loop.py LIBBENCH DIRECTORY raw|features|shipped [CHANNELS|BATCH]
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import sys

import one_call

SECONDS = 5


def main(*arguments):
    contender = one_call.contender(*arguments)
    passed, _ = contender.run(100)
    contender.run(int(100 * SECONDS / passed))


main(*sys.argv[1:])
