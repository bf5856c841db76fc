"""The calculations that need GPAW: ground state, populations, core-excited state and its spectrum.

Section 2.2 of the paper with GPAW (plane waves, PBE, PAW) in place of CASTEP. Importing this module
does not need GPAW, calling it does (`make simulation-setup`).
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import geometry
from .errors import SimulationError
from .populations import minimal_basis_populations
from .settings import Settings

if TYPE_CHECKING:
    from ase import Atoms

SPARE_BANDS = 8  # bands above the highest one that is converged
FERMI_WIDTH = 0.02  # eV


@dataclass(frozen=True)
class GroundState:
    """What is computed once for a material.

    Attributes
    ----------
    energy
        All-electron total energy of the supercell, eV.
    gap
        Kohn-Sham gap at Gamma of the supercell, eV.
    spill
        Part of the occupied states outside the minimal basis, 0 to 1.
    charges
        Mulliken charge of each atom of the supercell, electrons.
    overlap
        For each site, as text, the overlap populations of its bonds, electrons.
    """

    energy: float
    gap: float
    spill: float
    charges: list[float]
    overlap: dict[str, list[float]]


@dataclass(frozen=True)
class FinalState:
    """The state with a core hole on one site, and the transitions to its empty states.

    Attributes
    ----------
    energy
        All-electron total energy of the supercell, eV.
    gap
        From the highest valence state to the one that holds the excited electron, at Gamma, eV.
    energies
        Transition energies from the threshold, eV; the threshold is the lowest conduction state
        at Gamma.
    strengths
        Squared dipole matrix elements, averaged over directions.
    """

    energy: float
    gap: float
    energies: list[float]
    strengths: list[float]


class Calculator:
    """GPAW with the settings of a simulation; the data sets are made in ``folder`` where missing.

    Parameters
    ----------
    settings
        Cutoff, data sets, bands and sampling.
    folder
        Where the absorber's data sets are kept; one that is made once is used again.
    """

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.name = "own" if settings.radius is None else f"soft{round(100 * settings.radius)}"
        self.hole_name = f"{self.name}fch{settings.core_state}"
        _use_one_thread()
        _make_data_sets(settings, folder.resolve(), self.name, self.hole_name)

    def ground_state(self, atoms: Atoms, sites: list[int], log: Path) -> GroundState:
        """Ground state of the supercell ``atoms``; text output goes to ``log``.*.txt."""
        occupied = self.electrons(atoms) // 2
        atoms = atoms.copy()
        calculator = self._plane_waves(self._setups(), 0, occupied, f"{log}.txt")
        atoms.calc = calculator
        energy = _total_energy(calculator, atoms)
        levels = calculator.get_eigenvalues()
        charges, overlap, spill = self._populations(atoms, f"{log}.lcao.txt")
        bonded = {site: self._bonded(atoms, site) for site in sites}
        return GroundState(
            energy=energy,
            gap=float(levels[occupied] - levels[occupied - 1]),
            spill=spill,
            charges=charges.tolist(),
            overlap={str(s): [float(overlap[s, b]) for b in bonded[s]] for s in sites},
        )

    def final_state(self, atoms: Atoms, site: int, log: Path) -> FinalState:
        """Core hole on atom ``site``, the excited electron in the lowest conduction state."""
        from gpaw.xas import XAS

        occupied = self.electrons(atoms) // 2
        bands = occupied + self.settings.empty_bands(atoms.get_volume(), len(atoms))
        atoms = atoms.copy()
        setups = {**self._setups(), site: self.hole_name}
        # The data set with the hole has a core electron less. A charge of -1 brings it back into
        # the lowest conduction state, so that the cell is neutral.
        calculator = self._plane_waves(setups, -1, occupied, f"{log}.scf.txt")
        atoms.calc = calculator
        energy = _total_energy(calculator, atoms)
        levels = calculator.get_eigenvalues()
        threshold = float(levels[occupied])
        final = calculator.fixed_density(
            nbands=bands,
            kpts=[tuple(vector) for vector in self.settings.sampling],
            maxiter=40,
            txt=f"{log}.bands.txt",
            convergence={"bands": bands - 12, "eigenstates": 0.3},
        )
        with open(os.devnull, "w") as quiet, contextlib.redirect_stdout(quiet):
            spectrum = XAS(final, mode="xas", center=site)
        strengths = (abs(spectrum.sigma_cn) ** 2).sum(axis=0) / 3
        energies = spectrum.eps_n - threshold
        # One wave vector comes after the other.
        order = np.argsort(energies, kind="stable")
        kept = order[energies[order] > -1]
        return FinalState(
            energy=energy,
            gap=float(levels[occupied] - levels[occupied - 1]),
            energies=np.round(energies[kept], 4).tolist(),
            strengths=[float(f"{strength:.5g}") for strength in strengths[kept]],
        )

    def electrons(self, atoms: Atoms) -> int:
        """Valence electrons of the supercell, as its data sets count them.

        Raises
        ------
        SimulationError
            Where their number is odd: the program is for closed shells.
        """
        from gpaw.setup_data import SetupData

        counts = {
            symbol: SetupData(symbol, "PBE", self._setups().get(symbol, "paw")).Nv
            for symbol in set(atoms.symbols)
        }
        electrons = int(sum(counts[symbol] for symbol in atoms.symbols))
        if electrons % 2:
            raise SimulationError(f"{electrons} valence electrons: an open shell is not computed")
        return electrons

    def _setups(self) -> dict[Any, str]:
        own = dict(self.settings.setups)
        if self.settings.absorber in own:
            raise SimulationError(
                "settings: the absorber's data set is made from its radius; "
                f"remove {self.settings.absorber} from setups"
            )
        return {**own, self.settings.absorber: self.name}

    def _bonded(self, atoms: Atoms, site: int) -> list[int]:
        found = geometry.bonds(
            atoms.cell[:],
            atoms.positions,
            list(atoms.symbols),
            site,
            self.settings.neighbours,
            self.settings.bond_factor,
            self.settings.bond_limit,
        )
        return [neighbour.index for neighbour in found]

    def _plane_waves(self, setups: dict[Any, str], charge: int, occupied: int, log: str) -> Any:
        from gpaw import GPAW, PW, Davidson, FermiDirac

        return GPAW(
            mode=PW(self.settings.cutoff),
            xc="PBE",
            setups=setups,
            charge=charge,
            nbands=occupied + SPARE_BANDS,
            kpts=(1, 1, 1),
            occupations=FermiDirac(FERMI_WIDTH),
            symmetry="off",
            eigensolver=Davidson(2),
            maxiter=120,
            txt=log,
            convergence={
                "density": 1e-3,
                "eigenstates": 1e-3,
                "energy": 5e-4,
                "bands": occupied + 1,
            },
        )

    def _populations(self, atoms: Atoms, log: str) -> tuple[Any, Any, float]:
        from gpaw import GPAW, FermiDirac

        atoms = atoms.copy()
        calculator = GPAW(
            mode="lcao",
            basis="dzp",
            h=0.2,
            xc="PBE",
            setups=dict(self.settings.setups),
            kpts=(1, 1, 1),
            occupations=FermiDirac(FERMI_WIDTH),
            symmetry="off",
            txt=log,
            convergence={"density": 1e-3, "energy": 1e-3},
            maxiter=150,
        )
        atoms.calc = calculator
        atoms.get_potential_energy()
        waves = calculator.wfs
        states = waves.kpt_u[0]
        minimal: list[int] = []
        owners: list[int] = []
        first = 0
        for atom, setup in enumerate(waves.setups):
            functions = setup.basis.bf_j
            for function in functions:
                size = 2 * function.l + 1
                if "-sz" in function.type:
                    minimal += range(first, first + size)
                    owners += [atom] * size
                first += size
        if first != len(states.S_MM):
            raise SimulationError("the basis of GPAW is laid out otherwise than in GPAW 22.8")
        result = minimal_basis_populations(
            states.S_MM, states.C_nM, states.f_n, minimal, owners, len(atoms)
        )
        valence = np.array([setup.Nv for setup in waves.setups])
        return valence - result.gross, result.overlap, result.spill


def _total_energy(calculator: Any, atoms: Atoms) -> float:
    """Absolute all-electron energy in eV: GPAW's plus that of the atoms it refers to."""
    from ase.units import Ha

    return float(atoms.get_potential_energy() + calculator.wfs.setups.Eref * Ha)


def _use_one_thread() -> None:
    # Several processes side by side are faster than the threads of one.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, "1")


def _make_data_sets(settings: Settings, folder: Path, name: str, hole_name: str) -> None:
    """Write the absorber's data set, with and without the core hole, where they are missing."""
    try:
        from gpaw import setup_paths
    except ImportError:
        raise SimulationError("GPAW is missing; run `make simulation-setup`") from None
    element = settings.absorber
    # gpaw-setup takes an occupation for the hole: 1 is a full core hole.
    jobs = {name: [], hole_name: [f"--core-hole={settings.core_state},1.0"]}
    radius = [] if settings.radius is None else ["-r", f"{settings.radius:g}"]
    folder.mkdir(parents=True, exist_ok=True)
    for job, options in jobs.items():
        made = folder / f"{element}.{job}.PBE"
        if not made.exists():
            command = ["gpaw-setup", "-f", "PBE", element, *radius, "--name", job, *options]
            # In a folder of its own: other processes may be making the same.
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                done = subprocess.run(command, cwd=scratch, capture_output=True, text=True)
                if done.returncode or not (Path(scratch) / made.name).exists():
                    raise SimulationError(f"{' '.join(command)} failed: {done.stderr[-300:]}")
                os.replace(Path(scratch) / made.name, made)
    if str(folder) not in setup_paths:
        setup_paths.insert(0, str(folder))
