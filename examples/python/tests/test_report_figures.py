"""The figures show the numbers that they were given; they are drawn without a display."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from result_folders import (
    sample,
    write_evaluation,
    write_learning_curve,
    write_robustness,
    write_study,
)

from spectra_infer import PROPERTIES
from spectra_infer.report import (
    compare,
    draw_alignments,
    draw_baselines,
    draw_coverage,
    draw_cross_validated_parity,
    draw_failures,
    draw_learning_curve,
    draw_parity,
    draw_robustness,
    draw_robustness_by_property,
    measure,
    paper_style,
    read_evaluation,
    read_learning_curve,
    read_robustness,
    read_study,
)
from spectra_infer.report.baselines import fit_baselines
from spectra_infer.report.baselines.predictors import Mean, Nearest, Ridge
from spectra_infer.report.style import save

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

TITLES = [
    "bond length",
    "bond angle",
    "Voronoi volume",
    "overlap population",
    "Mulliken charge",
    "excitation energy",
]
UNIT_TEXTS = ["(Å)", "(°)", "(Å³)", "(e)", "(e)", "(eV)"]


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    with paper_style():
        yield


def main_axes(figure: Figure) -> list[Axes]:
    """The panels with an axis label, in order."""
    return [axes for axes in figure.axes if axes.get_xlabel() or axes.get_ylabel()]


def texts(axes: Axes) -> str:
    return " | ".join(text.get_text() for text in axes.texts)


def height(patch: Patch) -> float:
    """The height of a bar, in the unit of its axis."""
    return float(patch.get_path().get_extents(patch.get_patch_transform()).height)


def drawn(figure: Figure, tmp_path: Path) -> None:
    """Draw it for good: some faults show only then."""
    (path,) = save(figure, tmp_path / "figure", formats=("png",))
    assert path.read_bytes().startswith(b"\x89PNG")


def test_parity(tmp_path: Path) -> None:
    evaluation = read_evaluation(write_evaluation(tmp_path / "evaluation"))
    figure = draw_parity(evaluation)
    panels = main_axes(figure)
    assert len(panels) == 6
    for axes, name, unit in zip(panels, PROPERTIES, UNIT_TEXTS):
        assert axes.get_xlabel().startswith("simulated ")
        assert axes.get_ylabel().startswith("predicted ")
        assert axes.get_xlabel().endswith(unit)
        assert axes.get_xlim() == axes.get_ylim()
        clouds = [np.asarray(each.get_offsets()) for each in axes.collections]
        for part, cloud in zip(evaluation.parts, clouds):
            np.testing.assert_allclose(cloud, np.stack(evaluation.values(part, name), axis=1))
        assert len(axes.texts) >= 3
        r2 = measure(*evaluation.values("training", name)).r2
        assert f"{r2:.2f}" in texts(axes).replace("\N{MINUS SIGN}", "-")
        assert texts(axes).count("R^2") == 1, "not of the four spectra of the other parts"
    legend = figure.legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["training", "test", "held out"]
    drawn(figure, tmp_path)


def test_cross_validated_parity(tmp_path: Path) -> None:
    study = read_study(write_study(tmp_path / "study"))
    figure = draw_cross_validated_parity(study)
    axes = main_axes(figure)[0]
    lines, points = axes.collections
    expected = [
        study.predictions.predicted[
            (study.predictions.spectrum == name)
            & (study.predictions.property_name == "bond_length")
        ]
        for name in sorted(study.spectra)
    ]
    _, heights = np.asarray(points.get_offsets()).T
    np.testing.assert_allclose(heights, [each.mean() for each in expected])
    ends = np.array([np.asarray(path.vertices)[:, 1] for path in lines.get_paths()])
    np.testing.assert_allclose(ends, [[each.min(), each.max()] for each in expected])
    drawn(figure, tmp_path)


def test_alignments(tmp_path: Path) -> None:
    studies = [
        read_study(
            write_study(
                tmp_path / f"{alignment}-{split}", alignment=alignment, split=split, error=error
            )
        )
        for split in ("group", "spectrum")
        for alignment, error in (("absolute", 0.3), ("threshold", 0.4), ("edge", 0.5))
    ]
    figure = draw_alignments(studies)
    panels = main_axes(figure)
    assert [axes.get_title() for axes in panels] == [
        "unseen materials (split by group)",
        "unseen sites (split by spectrum)",
    ]
    for axes, split in zip(panels, ("group", "spectrum")):
        heights = [height(patch) for patch in axes.patches]
        expected = []
        for alignment in ("threshold", "edge", "absolute"):
            (study,) = [s for s in studies if (s.alignment, s.split) == (alignment, split)]
            for name in PROPERTIES:
                ratio = study.errors.over_seeds("network", name) / study.errors.over_seeds(
                    "mean", name
                )
                expected.append(ratio.mean())
        np.testing.assert_allclose(heights, expected)
        changes = [text.get_text() for text in axes.texts if "%" in text.get_text()]
        gains = [
            round(100 * (absolute / threshold - 1))
            for threshold, absolute in zip(expected[:6], expected[12:])
        ]
        assert [int(t.rstrip(" %").replace("\N{MINUS SIGN}", "-")) for t in changes] == gains
    assert [label.get_text() for label in panels[1].get_xticklabels()] == TITLES
    drawn(figure, tmp_path)


def test_the_gain_is_shown_only_where_nothing_else_differs(tmp_path: Path) -> None:
    threshold = read_study(write_study(tmp_path / "threshold", alignment="threshold"))
    absolute = read_study(write_study(tmp_path / "absolute", augmented=True))
    figure = draw_alignments([threshold, absolute])
    assert not any("%" in text.get_text() for axes in figure.axes for text in axes.texts)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["threshold at 0 eV", "with the excitation energy (augmented)"]


def test_one_study_alone(tmp_path: Path) -> None:
    study = read_study(write_study(tmp_path / "study", seeds=[1], alignment="edge"))
    figure = draw_alignments([study])
    assert len(main_axes(figure)) == 1
    drawn(figure, tmp_path)


def test_baselines(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study")
    fit_baselines(folder, predictors=(Mean(), Nearest(), Ridge()))
    comparison = compare(read_study(folder))
    figure = draw_baselines(comparison)
    panels = figure.axes
    assert [axes.get_title() for axes in panels] == TITLES
    labels = [label.get_text() for label in panels[0].get_yticklabels()]
    assert labels == ["network (this work)", "nearest spectrum", "ridge regression"]
    for axes, name in zip(panels, PROPERTIES):
        points = [line.get_xydata() for line in axes.lines if line.get_marker() in ("o", "D")]
        for place, predictor in enumerate(("network", "nearest", "ridge")):
            seeds, mean = points[2 * place], points[2 * place + 1]
            ratio = comparison.ratio(predictor, name)
            np.testing.assert_allclose(np.asarray(seeds)[:, 0], ratio)
            np.testing.assert_allclose(np.asarray(mean), [[ratio.mean(), place]])
    drawn(figure, tmp_path)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_failures(count: int, tmp_path: Path) -> None:
    study = read_study(write_study(tmp_path / "study"))
    failures = study.failures(1)[:count]
    figure = draw_failures(failures, study.energies, alignment="absolute")
    panels = [axes for axes in figure.axes if axes.lines]
    assert len(panels) == count
    for axes, failure in zip(panels, failures):
        curves = [np.asarray(line.get_ydata()) for line in axes.lines]
        assert len(curves) == 1 + 2 * 3
        shown = [failure.intensities]
        for neighbor in failure.neighbors:
            shown += [failure.intensities, neighbor.intensities]
        for curve, intensities in zip(curves, shown):
            np.testing.assert_allclose(np.ptp(curve - intensities), 0, atol=1e-12)
        assert failure.spectrum in texts(axes)
        for neighbor in failure.neighbors:
            assert f"{neighbor.spectrum}, {neighbor.distance:.2f}" in texts(axes)
        low, high = axes.get_ylim()
        assert low < min(curve.min() for curve in curves)
        assert high > max(curve.max() for curve in curves)
    assert panels[-1].get_xlabel() == "energy (eV)"
    drawn(figure, tmp_path)


def test_coverage(tmp_path: Path) -> None:
    # Errors of the fixture are normal: the curve is the diagonal within its own scatter.
    study = read_study(write_study(tmp_path / "study", sample(groups=40, of_each=8)))
    figure = draw_coverage(study)
    curve, levels, novelty = main_axes(figure)[:3]
    lines = curve.lines[1:]  # the first is the diagonal
    assert len(lines) == 6
    for line in lines:
        nominal, observed = np.asarray(line.get_xydata()).T
        assert np.abs(observed - nominal).max() < 0.08
        assert np.abs(observed - nominal).max() > 0
    labels = [label.get_text() for label in levels.get_yticklabels()]
    assert labels == TITLES
    assert "number of spectra" in novelty.get_xlabel()
    drawn(figure, tmp_path)


def test_robustness(tmp_path: Path) -> None:
    robustness = read_robustness(write_robustness(tmp_path / "robustness"))
    figure = draw_robustness(robustness)
    panels = [axes for axes in figure.axes if axes.get_xlabel()]
    assert [axes.get_xlabel() for axes in panels] == [
        "counts at the maximum",
        "error of the axis (eV)",
        "broadening / that of training",
        "share of the crystal's average",
    ]
    assert panels[0].get_xscale() == "log"
    assert panels[1].get_xscale() == "linear"
    line = panels[1].lines[0]
    _, mean, _ = robustness.curve("edge", "clean", "shift")
    np.testing.assert_allclose(np.asarray(line.get_ydata()), mean)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["edge, clean", "edge, augmented", "absolute, clean", "absolute, augmented"]
    drawn(figure, tmp_path)
    by_property = draw_robustness_by_property(robustness, "absolute")
    assert len(by_property.axes) == 6 * 4
    drawn(by_property, tmp_path)


def test_learning_curve(tmp_path: Path) -> None:
    curve = read_learning_curve(write_learning_curve(tmp_path / "curve"))
    figure = draw_learning_curve(curve)
    assert [axes.get_title() for axes in figure.axes] == TITLES
    axes = figure.axes[3]
    assert axes.get_xscale() == axes.get_yscale() == "log"
    groups, mean, _ = curve.curve("edge", curve.properties[3])
    line = axes.lines[0]
    np.testing.assert_allclose(np.asarray(line.get_xdata()), groups)
    scale = curve.curve("edge", curve.properties[3], "mean")[1][-1]
    np.testing.assert_allclose(np.asarray(line.get_ydata()), mean / scale)
    assert [label.get_text() for label in figure.axes[-1].get_xticklabels()] == ["10", "20", "40"]
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == [
        f"{alignment}, {predictor}"
        for alignment in ("edge", "absolute")
        for predictor in ("networks", "nearest spectrum")
    ]
    drawn(figure, tmp_path)


def test_the_same_figure_gives_the_same_bytes(tmp_path: Path) -> None:
    study = read_study(write_study(tmp_path / "study"))
    written = []
    for name in ("one", "two"):
        figure = draw_failures(study.failures(1)[:1], study.energies)
        paths = save(figure, tmp_path / name, formats=("svg", "png", "pdf"))
        written.append([path.read_bytes() for path in paths])
    assert written[0] == written[1]
    assert [path.suffix for path in paths] == [".svg", ".png", ".pdf"]


def test_reading_needs_numpy_alone(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study")
    program = f"""
import sys
sys.modules["matplotlib"] = sys.modules["sklearn"] = None
import spectra_infer.report as report
study = report.read_study({str(folder)!r})
assert len(study.failures(1)) == 6
report.write_report([{str(folder)!r}], {str(tmp_path / "out")!r})
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 1
    last = result.stderr.splitlines()[-1]
    assert last == "ModuleNotFoundError: this needs matplotlib: pip install 'spectra-infer[report]'"
    assert not (tmp_path / "out").exists()
