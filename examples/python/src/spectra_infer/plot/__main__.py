"""``python -m spectra_infer.plot``: figures of what the command line predicted."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .._optional import require
from ..report._files import FolderError
from ..report.style import save
from .documents import DocumentError, read_maps, read_predictions
from .maps import draw_maps
from .maps_view import MapsView
from .profile import draw_profile
from .spectrum import draw_spectrum
from .trust import draw_trust

FORMATS = ("png", "pdf", "svg")


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, and print the path of each figure."""
    options = _parser().parse_args(arguments)
    try:
        require("matplotlib", "plot")
        paths = _predictions(options) if options.what == "prediction" else _maps(options)
    except (DocumentError, FolderError, ModuleNotFoundError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    for path in paths:
        print(path)
    return 0 if paths else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m spectra_infer.plot",
        description="Draws spectra with their predictions, and maps of properties.",
    )
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    prediction = what.add_parser(
        "prediction", help="a raw spectrum, the prepared one with its references, the properties"
    )
    prediction.add_argument(
        "--json", required=True, metavar="FILE", help="of `spectra predict --json`; - is the input"
    )
    prediction.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="FILE",
        help="the figure, .png, .pdf or .svg; of several spectra FILE-1.png, FILE-2.png ...",
    )
    maps = what.add_parser("maps", help="six maps with their errors, and how far to trust them")
    maps.add_argument("folder", type=Path, metavar="FOLDER", help="of `spectra map --out`")
    maps.add_argument(
        "--out", type=Path, metavar="DIR", help="where the figures go (default: FOLDER)"
    )
    maps.add_argument(
        "--format",
        choices=FORMATS,
        action="append",
        help="of the figures; may be given again (default: png)",
    )
    maps.add_argument("--title", default="", help="written above the figures")
    return parser


def _predictions(options: argparse.Namespace) -> list[Path]:
    out: Path = options.out
    suffix = out.suffix.removeprefix(".").lower()
    if suffix not in FORMATS:
        raise DocumentError(f"{out}: the figure must be .png, .pdf or .svg")
    if options.json == "-":
        text = sys.stdin.read()
    else:
        text = Path(options.json).read_text(encoding="utf-8")
    views, failures = read_predictions(text)
    for failure in failures:
        print(failure, file=sys.stderr)
    out.parent.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, view in enumerate(views, start=1):
        stem = out.with_suffix("") if len(views) == 1 else Path(f"{out.with_suffix('')}-{number}")
        paths += save(draw_spectrum(view), stem, formats=(suffix,))
    return paths


def _maps(options: argparse.Namespace) -> list[Path]:
    view: MapsView = read_maps(options.folder)
    if options.title:
        view = replace(view, title=options.title)
    out: Path = options.out or options.folder
    out.mkdir(parents=True, exist_ok=True)
    formats = tuple(dict.fromkeys(options.format or ["png"]))
    if view.is_profile:
        return save(draw_profile(view), out / "profile", formats=formats)
    paths = save(draw_maps(view), out / "maps", formats=formats)
    return paths + save(draw_trust(view), out / "trust", formats=formats)


if __name__ == "__main__":
    sys.exit(main())
