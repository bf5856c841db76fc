"""The figures of predictions show the numbers that they were given, legibly."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from figures import faults, texts
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from synthetic import Site, measured

from spectra_infer import (
    PROPERTIES,
    UNITS,
    Flag,
    Model,
    Predictions,
    PropertyMap,
    Status,
    plot,
)
from spectra_infer.live import NOT_MEASURED
from spectra_infer.plot._panel import color_limits, nice_length
from spectra_infer.plot.labels import property_label


def maps(shape: tuple[int, ...], seed: int = 1) -> Predictions:
    """Made-up maps: property p has values about 100 p + 10, errors about p + 1."""
    generator = np.random.default_rng(seed)
    properties = {
        name: PropertyMap(
            100.0 * p + 10 + generator.random(shape), p + 1 + generator.random(shape), unit
        )
        for p, (name, unit) in enumerate(UNITS.items())
    }
    return Predictions(
        **properties,
        status=np.zeros(shape, np.int32),
        flags=np.zeros(shape, np.uint32),
        novelty=generator.random(shape),
        nearest=np.zeros(shape, np.int32),
        onset_ev=540 + generator.random(shape),
        first_error="",
    )


def fail(predictions: Predictions, place: Any, status: int) -> Predictions:
    """Take the prediction of a pixel away."""
    for _, one in predictions:
        one.value[place] = one.standard_error[place] = np.nan
    predictions.novelty[place] = predictions.onset_ev[place] = np.nan
    predictions.status[place] = status
    return predictions


def images(figure: Figure) -> list[Any]:
    return [axes.images[-1].get_array() for axes in figure.axes if axes.images]


def x_of(line: Any) -> Any:
    return line.get_xdata()


def y_of(line: Any) -> Any:
    return line.get_ydata()


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in texts(figure)]


def colors_of(figure: Figure, place: int, row: int, column: int, shape: tuple[int, int]) -> Any:
    """The colours drawn in one pixel of the map in panel `place`, distinct ones."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3] / 255.0
    axes = [axes for axes in figure.axes if axes.images][place]
    box = axes.get_window_extent()
    x0, width = box.x0 + column * box.width / shape[1], box.width / shape[1]
    top, height = box.y1 - row * box.height / shape[0], box.height / shape[0]
    y0, y1 = pixels.shape[0] - top + 2, pixels.shape[0] - top + height - 2
    part = pixels[int(y0) : int(y1), int(x0) + 2 : int(x0 + width) - 2]
    return np.unique(part.reshape(-1, 3), axis=0)


# ---------------------------------------------------------------- maps


def test_each_panel_shows_its_map() -> None:
    predictions = maps((5, 8))
    figure = plot.draw_maps(plot.MapsView.of(predictions))
    shown = images(figure)
    assert len(shown) == 12
    # Three values, their three errors, and again.
    for place, (_, one) in enumerate(predictions):
        above = place // 3 * 6 + place % 3
        np.testing.assert_array_equal(shown[above], one.value)
        np.testing.assert_array_equal(shown[above + 3], one.standard_error)
    written = words(figure)
    for name in PROPERTIES:
        assert property_label(name) in written
    letters = [f"({letter})" for letter in "abcdef"]
    assert letters == [text for text in written if text in letters]


@pytest.mark.parametrize(
    ("shape", "title"), [((5, 8), ""), ((40, 10), "a sample"), ((3, 60), "a sample"), ((1, 1), "")]
)
def test_maps_are_legible(shape: tuple[int, int], title: str) -> None:
    predictions = maps(shape)
    if shape != (1, 1):
        fail(predictions, (0, 1), Status.NO_EDGE)
    view = plot.MapsView.of(predictions, pixel_size=0.4, unit="nm", title=title)
    assert faults(plot.draw_maps(view)) == []
    assert faults(plot.draw_trust(view)) == []


def test_a_failed_pixel_is_hatched_and_a_pending_one_white() -> None:
    predictions = fail(maps((2, 3)), (1, 2), Status.NO_EDGE)
    fail(predictions, (0, 0), NOT_MEASURED)
    figure = plot.draw_maps(plot.MapsView.of(predictions))
    ground = colors_of(figure, 0, 1, 2, (2, 3))
    assert len(ground) > 1, "the hatch has a colour of its own"
    np.testing.assert_allclose(ground.max(axis=0), to_rgb("#EDEDED"), atol=0.01)
    np.testing.assert_array_equal(colors_of(figure, 0, 0, 0, (2, 3)), [[1, 1, 1]])
    assert len(colors_of(figure, 0, 0, 1, (2, 3))) == 1


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    figure = plot.draw_maps(plot.MapsView.of(maps((10, 40)), pixel_size=0.5, unit="nm"))
    bars = [(axes, x_of(axes.lines[0])) for axes in figure.axes if axes.images and axes.lines]
    assert len(bars) == 6
    for axes, ends in bars:
        assert list(ends) == [0, 5]  # nm
        assert axes.get_xlim() == (0, 20)  # 40 pixels of 0.5 nm
        assert "5 nm" in [text.get_text() for text in axes.texts]


def test_pixels_that_are_not_square_are_drawn_so() -> None:
    view = plot.MapsView.of(maps((4, 8)), pixel_size=(2.0, 0.5), unit="nm")
    figure = plot.draw_maps(view)
    figure.draw_without_rendering()
    box = figure.axes[0].get_window_extent()
    assert box.height / box.width == pytest.approx(8.0 / 4.0, rel=1e-6)


def test_an_axis_without_units_counts_pixels() -> None:
    assert "10 pixels" in words(plot.draw_maps(plot.MapsView.of(maps((10, 40)))))


@pytest.mark.parametrize(
    ("extent", "length"), [(20, 5), (19.9, 2), (8, 2), (4, 1), (0.03, 0.005), (1000, 200), (3, 0.5)]
)
def test_a_scale_bar_is_round_and_at_most_a_quarter(extent: float, length: float) -> None:
    assert nice_length(extent) == pytest.approx(length)


def test_outliers_do_not_take_the_contrast() -> None:
    values = np.linspace(0.0, 1.0, 1001)
    low, high, extend = color_limits(values)
    assert (low, high) == pytest.approx((0.01, 0.99))
    assert extend == "both"
    values[-1] = 1e6
    low, high, extend = color_limits(values)
    assert low > 0.0
    assert high < 1.0
    assert color_limits(np.full(5, np.nan)) == (0.0, 1.0, "neither")
    low, high, extend = color_limits(np.full(5, 3.0))
    assert low < 3.0 < high
    assert extend == "neither"


def test_maps_where_everything_failed_are_drawn() -> None:
    predictions = fail(maps((3, 4)), np.s_[:], Status.NOT_FINITE)
    view = plot.MapsView.of(predictions)
    assert faults(plot.draw_maps(view)) == []
    said = "\n".join(words(plot.draw_trust(view)))
    assert "no prediction (hatched): not finite: 12 of 12 pixels" in said


def test_trust_counts_flags_and_failures() -> None:
    predictions = fail(maps((3, 4)), (0, 0), Status.NO_EDGE)
    predictions.flags[1, :] = 0b1
    predictions.flags[1, 1] = 0b11
    figure = plot.draw_trust(plot.MapsView.of(predictions))
    expected = np.zeros((3, 4))
    expected[1, :], expected[1, 1] = 1, 2
    number = images(figure)[1]
    assert number.mask[0, 0]
    np.testing.assert_array_equal(number.filled(0), expected)
    said = "\n".join(words(figure))
    assert "outside reference domain: 4 of 12" in said
    assert "ambiguous: 1 of 12" in said
    assert "no edge: 1 of 12" in said


# ---------------------------------------------------------------- line scans


@pytest.mark.parametrize("shape", [(30,), (1, 30), (30, 1)])
def test_a_line_scan_is_drawn_as_curves(shape: tuple[int, ...]) -> None:
    predictions = maps((30,))
    fail(predictions, 7, Status.NO_EDGE)
    view = plot.MapsView.of(predictions, pixel_size=0.2, unit="nm")
    if shape == (30, 1):
        turned = {
            name: PropertyMap(one.value.T, one.standard_error.T, one.unit)
            for name, one in view.properties.items()
        }
        view = replace(
            view,
            properties=turned,
            status=view.status.T,
            flags=view.flags.T,
            novelty=view.novelty.T,
            onset_ev=view.onset_ev.T,
        )
    assert view.is_profile
    figure = plot.draw_profile(view)
    assert faults(figure) == []
    for axes, (name, one) in zip(figure.axes, predictions):
        (line,) = axes.lines
        np.testing.assert_allclose(x_of(line), 0.2 * np.arange(30))
        np.testing.assert_array_equal(y_of(line), one.value)
        band: Any = axes.collections[0].get_paths()[0].vertices
        assert band[:, 1].max() == pytest.approx(np.nanmax(one.value[:7] + one.standard_error[:7]))
        assert axes.get_ylabel() == property_label(name)


def test_an_image_is_no_line_scan() -> None:
    with pytest.raises(ValueError, match="one row or one column"):
        plot.draw_profile(plot.MapsView.of(maps((3, 4))))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"novelty": np.zeros((3, 5))}, "novelty has shape"),
        ({"rows": plot.MapAxis("y", 0.0, "nm")}, "scale of axis y"),
        ({"columns": plot.MapAxis("x", float("nan"), "nm")}, "scale of axis x"),
    ],
)
def test_a_view_that_contradicts_itself_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(plot.MapsView.of(maps((3, 4))), **changes)


def test_a_stack_of_images_is_refused() -> None:
    with pytest.raises(ValueError, match="one image of the stack at a time"):
        plot.MapsView.of(maps((2, 3, 4)))


# ---------------------------------------------------------------- one spectrum


@pytest.fixture(scope="module")
def spectrum(quartz: Site) -> tuple[np.ndarray, np.ndarray]:
    energy = np.arange(490.0, 570.0, 0.2)
    return energy, measured(quartz, energy, seed=3, scale=4e4, counts_at_520=3e4)


def test_a_spectrum_is_drawn_with_what_was_done(model: Model, spectrum: Any) -> None:
    energy, counts = spectrum
    figure = plot.draw_spectrum(plot.SpectrumView.of(model, energy, counts))
    prediction = model.predict(energy, counts)
    done = prediction.preparation
    assert done is not None
    raw, prepared, *properties = figure.axes
    lines = {str(line.get_label()): line for line in raw.lines}
    np.testing.assert_allclose(y_of(lines["measured"]) * 1e4, counts, rtol=1e-6)
    assert raw.get_ylabel() == "intensity ($10^{4}$)"
    law = done.background_amplitude * energy**-done.background_exponent
    drawn = y_of(lines["background"]) * 1e4
    inside = energy >= done.background_start_ev
    np.testing.assert_allclose(drawn[inside], law[inside], rtol=1e-9)
    assert np.isnan(drawn[~inside]).all()
    (onset,) = [line for label, line in lines.items() if label.startswith("onset")]
    assert x_of(onset)[0] == done.onset_ev
    features = model.preprocess(energy, counts).features
    np.testing.assert_allclose(y_of(prepared.lines[0]), features)
    assert [near.id for near in prediction.neighbors] == [
        text.get_text().split("\n")[0] for text in prepared.texts if "/" in text.get_text()
    ]
    for axes, (_, estimate) in zip(properties, prediction):
        assert list(x_of(axes.lines[0])) == list(estimate.interval_95)
        assert list(x_of(axes.lines[1])) == list(estimate.interval_68)
        assert list(x_of(axes.lines[2])) == [estimate.value]


@pytest.mark.parametrize("case", ["offset", "dispersion", "zero loss"])
def test_a_calibrated_spectrum_is_drawn_on_the_axis_of_its_results(
    case: str, model: Model, spectrum: Any
) -> None:
    energy, counts = spectrum
    handed_in = energy - 20.0
    options: dict[str, Any] = {"calibration": {510.0: 530.0}}
    if case == "dispersion":
        handed_in = 10.0 + 0.97 * energy
        options = {"calibration": {10.0 + 0.97 * true: true for true in (500.0, 550.0)}}
    elif case == "zero loss":
        handed_in = energy + 1.5
        low_energy = -20.0 + 0.2 * np.arange(300)
        low_loss = 1e6 * np.exp(-0.5 * ((low_energy - 1.5) / 0.3) ** 2)
        options = {"low_loss": (low_energy, low_loss), "low_loss_use": "align"}
    view = plot.SpectrumView.of(model, handed_in, counts, **options)
    # A zero-loss peak is found within a twentieth of a channel.
    np.testing.assert_allclose(view.energies, energy, atol=0.01 if case == "zero loss" else 1e-9)
    # Of counts, the likeliest background has as many in the window of the fit.
    assert view.background is not None
    assert view.window_ev is not None
    inside = (view.energies >= view.window_ev[0]) & (view.energies <= view.window_ev[1])
    assert view.background[inside].sum() == pytest.approx(counts[inside].sum(), rel=1e-6)
    figure = plot.draw_spectrum(view)
    assert faults(figure) == []
    raw = figure.axes[0]
    np.testing.assert_array_equal(x_of(raw.lines[0]), view.energies)
    assert raw.get_xlabel() == "energy, calibrated (eV)"
    # The window ends before the edge, at which the orange line stands.
    (onset,) = [line for line in raw.lines if str(line.get_label()).startswith("onset")]
    edge = energy[np.argmax(counts > 1.5 * counts[inside].max())]
    assert view.window_ev[1] < x_of(onset)[0] < edge + 2.0


def test_an_axis_that_is_left_as_it_is_is_called_so(model: Model, spectrum: Any) -> None:
    figure = plot.draw_spectrum(plot.SpectrumView.of(model, *spectrum))
    assert figure.axes[0].get_xlabel() == "energy (eV)"


@pytest.mark.parametrize("case", ["quartz", "titled", "without background", "all warnings"])
def test_a_spectrum_is_legible(case: str, model: Model, quartz: Site, spectrum: Any) -> None:
    energy, counts = spectrum
    view = plot.SpectrumView.of(model, energy, counts)
    if case == "titled":
        view = replace(view, title="folder/spectrum.msa")
    if case == "without background":
        view = plot.SpectrumView.of(
            model, energy, 0.01 + quartz.spectrum(energy), background="none"
        )
        assert view.background is None
    if case == "all warnings":
        view = replace(view, warnings=Flag(0b11111).texts)
    assert faults(plot.draw_spectrum(view)) == []


def test_the_legend_names_do_not_cover_the_curve(model: Model, spectrum: Any) -> None:
    figure = plot.draw_spectrum(plot.SpectrumView.of(model, *spectrum))
    figure.draw_without_rendering()
    raw = figure.axes[0]
    legend = raw.get_legend()
    assert legend is not None
    box = legend.get_window_extent()
    points = raw.transData.transform(raw.lines[0].get_xydata())
    assert not any(box.contains(*point) for point in points)


def test_figures_are_saved_the_same_twice(tmp_path: Path) -> None:
    view = plot.MapsView.of(maps((4, 6)), pixel_size=1.0, unit="nm")
    first = plot.save(plot.draw_trust(view), tmp_path / "a", formats=("png", "svg", "pdf"))
    second = plot.save(plot.draw_trust(view), tmp_path / "b", formats=("png", "svg", "pdf"))
    for one, other in zip(first, second):
        assert one.read_bytes() == other.read_bytes()


def test_a_path_may_be_text(tmp_path: Path) -> None:
    figure = plot.draw_trust(plot.MapsView.of(maps((4, 6))))
    paths = plot.save(figure, f"{tmp_path}/trust.v2", formats=("png",))
    assert paths == [tmp_path / "trust.v2.png"]
    assert paths[0].is_file()


def test_figures_keep_their_style_where_they_are_shown_later() -> None:
    """As in a notebook, which draws a figure at the end of its cell."""
    view = plot.MapsView.of(maps((4, 6)))

    def shown() -> bytes:
        content = io.BytesIO()
        canvas = plot.draw_trust(view).canvas
        canvas.print_figure(content, format="png", bbox_inches="tight", dpi=100)
        return content.getvalue()

    with plot.paper_style():
        expected = shown()
    assert shown() == expected
