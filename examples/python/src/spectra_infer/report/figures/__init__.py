"""The figures of the report; each function returns a matplotlib figure.

Draw within `spectra_infer.report.paper_style` for the report's own look.
"""
