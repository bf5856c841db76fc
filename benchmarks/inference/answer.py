"""Makes one call so many times as each line of standard input says, and answers with the processor time in seconds.

    python3 answer.py LIBBENCH DIRECTORY raw|features|shipped [CHANNELS|BATCH]
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import sys

import one_call


def main(*arguments):
    contender = one_call.contender(*arguments)
    print(contender.spectra, flush=True)
    for line in sys.stdin:
        _, work = contender.run(int(line))
        print(work, flush=True)


main(*sys.argv[1:])
