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
from .documents import DocumentError, read_in_order, read_maps
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
        help="the figure, .png, .pdf or .svg; of several spectra FILE-1.png, FILE-2.png ..., each "
        "with its number in the document",
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
    everything = read_in_order(_text(options.json))
    out.parent.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, one in enumerate(everything, start=1):
        if isinstance(one, str):
            print(one, file=sys.stderr)
            continue
        # The number of a spectrum does not depend on whether those before it have a prediction.
        stem = out.with_suffix("") if len(everything) == 1 else f"{out.with_suffix('')}-{number}"
        paths += save(draw_spectrum(one), stem, formats=(suffix,))
    return paths


def _text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"{file}: this is not text in UTF-8 ({error.reason}): give what "
            "`spectra predict --json` writes"
        ) from error


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
