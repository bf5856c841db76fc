"""Raw spectra as a microscope gives them: an oxygen K edge on a background, with the noise of counting.

The edge is that of alpha-quartz (mp-7000/O3) of the database, broadened by 0.5 eV; the background falls as
E^-3. However many channels there are, they cover 490 to 592 eV.
"""

import csv
import math

import numpy as np

SITE, THRESHOLD, SIGMA, LAST = "mp-7000/O3", 542.8411, 0.5, 16.674


def edge(data, energy):
    with open(data / "sites.csv", newline="") as file:
        row = next(number for number, site in enumerate(csv.reader(file)) if site[0] == SITE) - 1
    transitions = np.loadtxt(data / "transitions.csv", delimiter=",", skiprows=1)
    _, energies, strengths = transitions[transitions[:, 0] == row].T
    distances = (energy[:, None] - THRESHOLD - energies) / SIGMA
    intensity = np.exp(-distances**2 / 2) @ strengths / (SIGMA * math.sqrt(2 * math.pi))
    # Where the computed transitions end, their mean goes on.
    level = strengths[energies > LAST - 5].sum() / 5
    intensity += [level / 2 * math.erfc((THRESHOLD + LAST - e) / (SIGMA * math.sqrt(2))) for e in energy]
    return intensity / intensity.max()


def spectra(data, channels, count, seed):
    """Energies, eV, and `count` spectra of counts in single precision."""
    energy = 490 + 102.4 / channels * np.arange(channels)
    # The same counts in an electronvolt however fine the channels are.
    expected = (20000 * (energy / 500) ** -3 + 30000 * edge(data, energy)) * 1024 / channels
    random = np.random.default_rng(seed)
    return energy, random.poisson(expected, (count, channels)).astype(np.float32)
