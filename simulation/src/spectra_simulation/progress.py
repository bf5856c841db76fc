"""How far a run is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from typing import TextIO

from tqdm import tqdm


def duration(seconds: float) -> str:
    """A time as people say it: 40 s, 12 min, 3.4 h, 2.1 days."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 36 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:.1f} days"


class Progress:
    """Counts sites; ``left`` in its calls is the estimated time in seconds.

    Parameters
    ----------
    total
        Sites of the plan.
    done
        Those that are finished already.
    stream
        Where to write; a bar where it is a terminal.
    """

    def __init__(self, total: int, done: int, stream: TextIO | None = None) -> None:
        self.stream = sys.stdout if stream is None else stream
        self.total, self.done = total, done
        self.bar: tqdm[None] | None = None
        if self.stream.isatty():
            self.bar = tqdm(
                total=total,
                initial=done,
                file=self.stream,
                unit="site",
                dynamic_ncols=True,
                # Sites differ by a factor of hundreds: tqdm's own estimate would mislead.
                bar_format="{n_fmt}/{total_fmt} |{bar}| {desc}",
            )

    def begin(self, what: str, left: float) -> None:
        """Say what is computed now."""
        if self.bar is not None:
            self.bar.set_description_str(f"about {duration(left)} left: {what}")

    def site(self, line: str, left: float) -> None:
        """A site is finished."""
        self.done += 1
        if self.bar is not None:
            self.bar.update()
        self.line(f"{line}  [{self.done}/{self.total}, about {duration(left)} left]")

    def line(self, text: str) -> None:
        """Print a line, above the bar where there is one."""
        if self.bar is not None:
            self.bar.write(text, file=self.stream)
        else:
            print(text, file=self.stream, flush=True)

    def close(self) -> None:
        """Leave the bar as it is."""
        if self.bar is not None:
            self.bar.close()
