"""``python -m spectra_infer.report DIR...``: the page of a report, or its tables."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ._files import FolderError
from .compose import write_report
from .document import write_document


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, write, and print the path of the page."""
    parser = argparse.ArgumentParser(
        prog="python -m spectra_infer.report",
        description="Draws the figures of cross-validations, evaluations, robustness studies and "
        "learning curves, and writes them to a page of HTML.",
    )
    parser.add_argument(
        "folders",
        type=Path,
        nargs="+",
        metavar="DIR",
        help="as `spectra` wrote it, or a folder that holds several",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="of the page (default: DIR, where it is one)"
    )
    parser.add_argument("--pdf", action="store_true", help="write the figures as PDF too")
    parser.add_argument(
        "--markdown",
        type=Path,
        metavar="FILE",
        help="write the tables to this file instead, with small figures in a folder beside it",
    )
    options = parser.parse_args(arguments)
    if options.out is None and options.markdown is None and len(options.folders) > 1:
        parser.error("with more than one folder, --out says where the page goes")
    formats = ("svg", "png", "pdf") if options.pdf else ("svg", "png")
    try:
        if options.markdown is not None:
            path = write_document(options.folders, options.markdown)
        else:
            path = write_report(options.folders, options.out or options.folders[0], formats=formats)
    except (FolderError, ModuleNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
