"""The program that makes the database: core-loss spectra and local properties of sites, with GPAW.

After Kiyohara, Tsubaki, Liao and Mizoguchi, J. Phys. Mater. 2 (2019) 024003, section 2.2, with
open parts. The command is `simulation`; docs/simulation.md says how it is used.
"""
