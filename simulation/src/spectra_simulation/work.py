"""The working folder of a simulation: what is finished, what failed and why, what is left.

settings.json  plan.json  datasets/
sites/<material>/ground.json        what all sites of a material share
sites/<material>/<site>.json        a finished site
sites/<material>/failed.txt         why the material cannot be computed
sites/<material>/<site>.failed.txt  why a site cannot be computed
sites/<material>/*.txt              GPAW's own output
locks/<material>.lock
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from .electronic import GroundState
from .errors import SimulationError
from .files import write_atomically
from .plan import PlannedMaterial
from .record import Record
from .settings import FILE_NAME, Settings

# One core: 500 cubic angstrom take 20 s a site, 910 take 80 s, 1700 take 4 minutes.
REFERENCE_SECONDS, REFERENCE_VOLUME, POWER = 20.0, 500.0, 2.1
# The ground state with its populations takes about as long as a site.
GROUND_STATES = 1.0


@dataclass(frozen=True)
class Failure:
    """A calculation that failed: the material, the site (None: all of them), and the reason."""

    material: str
    site: int | None
    reason: str


@dataclass(frozen=True)
class Work:
    """A working folder."""

    folder: Path

    def material_folder(self, material: str) -> Path:
        """Where the files of a material are."""
        return self.folder / "sites" / material

    def lock(self, material: str) -> Path:
        """The lock of a material."""
        return self.folder / "locks" / f"{material}.lock"

    def record_path(self, material: str, site: int) -> Path:
        """The record of a site."""
        return self.material_folder(material) / f"{site}.json"

    def failure_path(self, material: str, site: int | None) -> Path:
        """The reason why a site, or a whole material, failed."""
        name = "failed.txt" if site is None else f"{site}.failed.txt"
        return self.material_folder(material) / name

    def claim(self, settings: Settings) -> None:
        """Keep the settings that the sites are computed with.

        Raises
        ------
        SimulationError
            Where other sites were computed with other settings: they do not belong together.
        """
        folder = self.folder / "sites"
        if (folder / FILE_NAME).exists() and Settings.read(folder) != settings:
            raise SimulationError(
                f"{self.folder / FILE_NAME} differs from {folder / FILE_NAME}, which the sites "
                "were computed with; plan in another folder"
            )
        settings.write(folder)

    def fail(self, material: str, site: int | None, reason: str) -> None:
        """Keep the reason of a failure."""
        write_atomically(self.failure_path(material, site), reason.strip() + "\n")

    def forget_failures(self, material: PlannedMaterial) -> None:
        """Let what failed be tried again."""
        for site in [None, *material.sites]:
            self.failure_path(material.material, site).unlink(missing_ok=True)

    def failures(self, plan: Iterable[PlannedMaterial]) -> list[Failure]:
        """What failed, with reasons."""
        found = []
        for material in plan:
            for site in [None, *material.sites]:
                path = self.failure_path(material.material, site)
                if path.exists():
                    found.append(Failure(material.material, site, path.read_text().strip()))
        return found

    def finished(self, material: PlannedMaterial) -> list[int]:
        """The sites of a material that are recorded."""
        return [s for s in material.sites if self.record_path(material.material, s).exists()]

    def open(self, material: PlannedMaterial) -> list[int]:
        """The sites that are neither recorded nor failed."""
        name = material.material
        if self.failure_path(name, None).exists():
            return []
        done = set(self.finished(material))
        return [
            site
            for site in material.sites
            if site not in done and not self.failure_path(name, site).exists()
        ]

    def read_ground(self, material: str) -> GroundState | None:
        """The ground state of a material, or None where it was not computed."""
        path = self.material_folder(material) / "ground.json"
        if not path.exists():
            return None
        try:
            return GroundState(**json.loads(path.read_text()))
        except (ValueError, TypeError) as error:
            raise SimulationError(f"{path}: {error}; remove the file") from None

    def write_ground(self, material: str, ground: GroundState) -> None:
        """Keep the ground state of a material."""
        path = self.material_folder(material) / "ground.json"
        write_atomically(path, json.dumps(asdict(ground)))

    def seconds_left(self, plan: Iterable[PlannedMaterial]) -> float:
        """Estimated time for one process until all open sites are done, s.

        A power law of the supercell's volume, scaled by the sites that are finished.
        """
        plan = list(plan)
        ratios = []
        cost = 0.0
        for material in plan:
            unit = site_cost(material.supercell_volume)
            for site in self.finished(material):
                path = self.record_path(material.material, site)
                seconds = _seconds(path, path.stat().st_mtime_ns)
                if seconds is not None:
                    ratios.append(seconds / unit)
            open_sites = len(self.open(material))
            if open_sites:
                ground = (self.material_folder(material.material) / "ground.json").exists()
                cost += unit * (open_sites + (0 if ground else GROUND_STATES))
        return cost * (statistics.median(ratios) if ratios else 1.0)


@cache
def _seconds(path: Path, changed: int) -> float | None:  # noqa: ARG001, part of the key
    """How long a recorded site took; None where that cannot be told."""
    try:
        return Record.read(path).seconds
    except SimulationError:
        return None  # `pack` will say what is wrong with it


def site_cost(volume: float) -> float:
    """Time of a site in a supercell of ``volume`` cubic angstrom on a core of 2024, s."""
    return REFERENCE_SECONDS * float((volume / REFERENCE_VOLUME) ** POWER)
