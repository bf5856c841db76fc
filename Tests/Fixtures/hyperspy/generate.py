"""Writes what HyperSpy and eXSpy make of two synthetic spectra: background.json, deconvolution.json.

    pip install exspy==0.3.2 hyperspy==2.5.0
    python generate.py

background: a power law fitted to Poisson counts on 490 ... 525 eV, once by maximum likelihood, once by
eXSpy's default, least squares without weights.
deconvolution: a plural-scattered edge, deconvolved with its low-loss spectrum by
EELSSpectrum.fourier_ratio_deconvolution().
"""

import json
import platform
from importlib.metadata import version
from math import erfc
from pathlib import Path

import exspy
import hyperspy.api as hs
import numpy as np

SEED = 20190403
HERE = Path(__file__).parent
START, STEP, CHANNELS = 480.0, 0.1, 1000
WINDOW = (490.0, 525.0)
WIDTH, THICKNESS, PLASMON, PLASMON_SIGMA = 0.8, 0.7, 14.0, 2.0


def edge(energy):
    """A step of rise 0.5 eV at 535 eV with two peaks behind it."""
    x = energy - 535.0
    step = 0.5 * np.vectorize(erfc)(-x / (0.5 * 2**0.5))
    peaks = 1.5 * np.exp(-(((x - 3) / 1.5) ** 2) / 2) + 0.8 * np.exp(-(((x - 9) / 2.5) ** 2) / 2)
    return 1e4 * step * (1 + peaks)


def spectrum(counts, start, step):
    signal = exspy.signals.EELSSpectrum(np.asarray(counts, float))
    axis = signal.axes_manager[0]
    axis.offset, axis.scale, axis.units = start, step, "eV"
    return signal


def orders():
    """Weight, energy and standard deviation of each order of plural scattering."""
    sigma, weight = WIDTH / 2.3548, np.exp(-THICKNESS)
    for order in range(20):
        if order:
            weight *= THICKNESS / order
        yield weight, order * PLASMON, (sigma**2 + order * PLASMON_SIGMA**2) ** 0.5


def gaussian(x, sigma):
    return np.exp(-((x / sigma) ** 2) / 2) / (sigma * (2 * np.pi) ** 0.5)


def write(name, content):
    (HERE / name).write_text(json.dumps(content) + "\n")


def background(generator):
    energy = START + STEP * np.arange(CHANNELS)
    counts = generator.poisson(2e4 * (energy / 530) ** -3 + edge(energy))
    fits = {}
    for name, arguments in {
        "maximum_likelihood": {"loss_function": "ML-poisson", "optimizer": "Nelder-Mead"},
        "least_squares": {},
    }.items():
        signal = spectrum(counts, START, STEP)
        model = signal.create_model(auto_background=False, auto_add_edges=False)
        power_law = hs.model.components1D.PowerLaw()
        model.append(power_law)
        model.set_signal_range(*WINDOW)
        power_law.r.value, power_law.A.value = 3.1, 2e4 * 530**3.1
        model.fit(**arguments)
        model.fit(**arguments)
        fits[name] = {
            "r": power_law.r.value,
            # What the fit says of the counts of a channel at 530 eV: HyperSpy fits counts per eV.
            "counts_530": float(power_law.function(530.0)) * STEP,
        }
    write("background.json", {"start": START, "step": STEP, "counts": counts.tolist(), **fits})


def deconvolution():
    fine = np.arange(400.0, 700.0, 0.05)
    energy = START + STEP * np.arange(CHANNELS)
    core = sum(
        weight * gaussian(energy[:, None] - loss - fine, sigma) @ edge(fine) * 0.05
        for weight, loss, sigma in orders()
    )
    low_energy = -10.0 + STEP * np.arange(1400)
    low = sum(1e6 * weight * gaussian(low_energy - loss, sigma) for weight, loss, sigma in orders())
    core, low = core.round(4), low.round(3)
    deconvolved = spectrum(core, START, STEP).fourier_ratio_deconvolution(
        spectrum(low, -10.0, STEP), fwhm=WIDTH, extrapolate_lowloss=False
    )
    write(
        "deconvolution.json",
        {
            "start": START, "step": STEP, "core": core.tolist(),
            "low_loss_start": -10.0, "low_loss": low.tolist(),
            "deconvolved": deconvolved.data.round(5).tolist(),
        },
    )  # fmt: skip


if __name__ == "__main__":
    background(np.random.default_rng(SEED))
    deconvolution()
    provenance = {
        "generator": "generate.py",
        "seed": SEED,
        "python": platform.python_version(),
        **{package: version(package) for package in ("numpy", "hyperspy", "exspy")},
        "arithmetic": "float64",
        "files": ["background.json", "deconvolution.json"],
    }
    (HERE / "PROVENANCE.json").write_text(json.dumps(provenance, indent=2) + "\n")
