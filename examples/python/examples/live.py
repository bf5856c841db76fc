"""Maps that fill while the microscope scans, played back at the speed of a camera.

    python live.py FOLDER [--rate 10000] [--rows 128] [--columns 256] [--every 0.5]

One thread plays the camera: it delivers --rate simulated spectra a second into a queue, and drops
those for which there is no room. The other predicts what has arrived. Afterwards the partial maps
are drawn into FOLDER as frame-000.png, frame-001.png ..., and a line says how long a spectrum
waited and how much of one core predicting took.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Full, Queue

import numpy as np
from numpy.typing import NDArray
from two_phases import PIXEL_SIZE, TwoPhases, two_phases

import spectra_infer
from spectra_infer import plot
from spectra_infer.live import LiveMaps

BLOCK = 100
"""Spectra that the camera delivers at once."""
QUEUED = 64
"""Blocks that wait at most: 0.64 s at 10,000 spectra a second."""


@dataclass
class Block:
    """Spectra that lie side by side in the scan."""

    first: int
    counts: NDArray[np.float32]
    measured_at: float


@dataclass
class Camera:
    """Delivers the spectra of an image in scan order, `rate` a second."""

    image: TwoPhases
    rate: float
    queue: Queue[Block | None] = field(default_factory=lambda: Queue(QUEUED))
    dropped: int = 0

    def run(self) -> None:
        """Play the image once; never wait for whoever takes the blocks."""
        spectra = self.image.counts.reshape(-1, self.image.energies.size)
        start = time.monotonic()
        for first in range(0, len(spectra), BLOCK):
            counts = spectra[first : first + BLOCK]
            # A block is there when its last spectrum is measured.
            due = start + (first + len(counts)) / self.rate
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                self.queue.put_nowait(Block(first, counts, time.monotonic()))
            except Full:
                self.dropped += len(counts)
        self.queue.put(None)

    def arrived(self) -> Iterator[list[Block]]:
        """Take what has arrived: at least one block, and all that wait with it."""
        while (block := self.queue.get()) is not None:
            blocks = [block]
            while True:
                try:
                    another = self.queue.get_nowait()
                except Empty:
                    break
                if another is None:
                    yield blocks
                    return
                blocks.append(another)
            yield blocks


@dataclass
class Run:
    """What happened while the maps filled."""

    frames: list[spectra_infer.Predictions]
    waited: list[float]
    rate: float
    work: float
    elapsed: float
    dropped: int
    predicted: int

    def __str__(self) -> str:
        ms = 1000 * np.array(self.waited)
        each = self.work / self.predicted
        return (
            f"{self.predicted} spectra in {self.elapsed:.1f} s, {self.dropped} dropped\n"
            f"from measured to predicted: half within {np.median(ms):.1f} ms, "
            f"95 % within {np.percentile(ms, 95):.1f} ms, all within {ms.max():.1f} ms\n"
            f"processor time: {1e6 * each:.0f} us a spectrum, "
            f"{100 * each * self.rate:.0f} % of one core at {self.rate:.0f} spectra a second"
        )


def play(image: TwoPhases, rate: float, every: float, model: spectra_infer.Model) -> Run:
    """Measure in one thread, predict in this one, and keep the maps `every` so many seconds."""
    camera = Camera(image, rate)
    live = LiveMaps(model, image.energies, image.fraction.shape)
    frames: list[spectra_infer.Predictions] = []
    waited: list[float] = []
    work = 0.0
    thread = threading.Thread(target=camera.run)
    start = time.monotonic()
    thread.start()
    for blocks in camera.arrived():
        begun = time.thread_time()
        live.add(
            np.concatenate([block.counts for block in blocks]),
            np.concatenate([block.first + np.arange(len(block.counts)) for block in blocks]),
        )
        work += time.thread_time() - begun
        done = time.monotonic()
        waited += [done - block.measured_at for block in blocks]
        if done >= start + every * (len(frames) + 1):
            frames.append(live.snapshot())
    elapsed = time.monotonic() - start
    thread.join()
    frames.append(live.snapshot())
    return Run(frames, waited, rate, work, elapsed, camera.dropped, live.measured)


def draw(frames: list[spectra_infer.Predictions], folder: Path) -> list[Path]:
    """Draw each partial map to a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, maps in enumerate(frames):
        view = plot.MapsView.of(maps, pixel_size=PIXEL_SIZE, unit="nm")
        stem = folder / f"frame-{number:03d}"
        paths += plot.save(plot.draw_maps(view), stem, formats=("png",))
    return paths


def main() -> int:
    """Play, draw, and tell how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="where the frames go")
    parser.add_argument("--rate", type=float, default=10_000, help="spectra a second")
    parser.add_argument("--rows", type=int, default=128)
    parser.add_argument("--columns", type=int, default=256)
    parser.add_argument("--every", type=float, default=0.5, help="seconds from frame to frame")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if not (arguments.rate > 0 and arguments.every > 0):
        parser.error("--rate and --every must be positive")
    image = two_phases(arguments.rows, arguments.columns, seed=arguments.seed)
    with spectra_infer.Model.load() as model:
        run = play(image, arguments.rate, arguments.every, model)
    print(run)
    paths = draw(run.frames, arguments.folder)
    print(f"{len(paths)} frames: {paths[0]} to {paths[-1].name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
