"""Maps that fill while spectra arrive are, in the end, the maps of the whole image."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Queue
from typing import Any

import numpy as np
import pytest

from spectra_infer import Model, Predictions, SpectrumError
from spectra_infer._records import RECORD, predictions_of, records_of
from spectra_infer.live import NOT_MEASURED, LiveMaps, predict_stream

Image = tuple[np.ndarray, np.ndarray]


def same_maps(one: Predictions, other: Predictions) -> bool:
    return records_of(one).tobytes() == records_of(other).tobytes()


@pytest.fixture(scope="module")
def whole(model: Model, image: Image) -> Predictions:
    return model.predict_many(*image)


@pytest.mark.parametrize("sizes", [[24], [1] * 24, [5, 1, 7, 0, 11]])
def test_any_blocks_give_the_maps_of_the_whole_image(
    sizes: list[int], model: Model, image: Image, whole: Predictions
) -> None:
    energy, counts = image
    spectra = counts.reshape(24, -1)
    live = LiveMaps(model, energy, (4, 6))
    done = 0
    for size in sizes:
        live.add(spectra[done : done + size])
        done += size
        assert live.measured == done
        snapshot = live.snapshot()
        pending = snapshot.status.ravel() == NOT_MEASURED
        np.testing.assert_array_equal(pending, np.arange(24) >= done)
        assert np.isnan(snapshot.bond_length.value.ravel()[pending]).all()
    assert live.complete
    assert same_maps(live.snapshot(), whole)


def test_pixels_may_arrive_in_any_order_and_again(
    model: Model, image: Image, whole: Predictions
) -> None:
    energy, counts = image
    spectra = counts.reshape(24, -1)
    live = LiveMaps(model, energy, (4, 6), workers=2)
    order = np.random.default_rng(1).permutation(24)
    live.add(spectra[order[:10]] * 2 + 1, order[:10])  # less well measured
    for part in np.array_split(order, 5):
        live.add(spectra[part], part)
    assert same_maps(live.snapshot(), whole)


def test_a_snapshot_does_not_change_later(model: Model, image: Image) -> None:
    energy, counts = image
    live = LiveMaps(model, energy, (24,))
    live.add(counts[0])
    before = live.snapshot()
    copy = records_of(before).copy()
    live.add(counts[1])
    assert records_of(before).tobytes() == copy.tobytes()


def test_a_spectrum_that_fails_is_told_from_one_that_has_not_come(
    model: Model, image: Image
) -> None:
    energy, counts = image
    live = LiveMaps(model, energy, (3,))
    live.add(np.full(energy.size, np.nan))
    live.add(counts[0, 0])
    snapshot = live.snapshot()
    assert [int(code) for code in snapshot.status] == [22, 0, NOT_MEASURED]
    assert snapshot.first_error.startswith("spectrum (0): an intensity is NaN")


def test_the_first_error_names_the_pixel_of_the_map(model: Model, image: Image) -> None:
    energy, counts = image
    spectra = counts.reshape(24, -1).copy()
    spectra[[9, 20]] = np.nan
    live = LiveMaps(model, energy, (4, 6))
    for block in np.split(spectra, 6):
        live.add(block)
    # Pixel 9 of rows of 6, which was the second of its block.
    assert live.snapshot().first_error.startswith("spectrum (1, 3): ")
    assert (
        live.snapshot().first_error
        == model.predict_many(energy, spectra.reshape(4, 6, -1)).first_error
    )


def test_an_error_is_dropped_when_its_pixel_is_measured_again(model: Model, image: Image) -> None:
    energy, counts = image
    spectra = counts.reshape(24, -1)
    live = LiveMaps(model, energy, (4, 6))
    nothing = np.full(energy.size, np.nan)
    live.add([nothing, spectra[1], nothing], [7, 8, 20])
    live.add(spectra[5], [5])
    assert live.snapshot().first_error.startswith("spectrum (1, 1): ")
    live.add(spectra[7], [7])
    assert live.snapshot().first_error == "1 of 24 spectra, see status"
    live.add(spectra[20], [20])
    assert live.snapshot().first_error == ""
    live.add([nothing, spectra[7]], [7, 7])  # the later one is kept
    assert live.snapshot().first_error == ""
    live.add(nothing, [23])
    assert live.snapshot().first_error.startswith("spectrum (3, 5): ")


# ---------------------------------------------------------------- threads


class Halfway(np.ndarray):
    """Records in which another thread gets its turn when half of the fields are written."""

    turn: Any = None

    def __array_finalize__(self, origin: Any) -> None:
        self.turn = getattr(origin, "turn", None)

    def __setitem__(self, places: Any, block: Any) -> None:
        plain = self.view(np.ndarray)
        plain["status"][places] = block["status"]
        self.turn()
        plain[places] = block


def test_a_snapshot_has_all_of_a_block_or_nothing(model: Model, image: Image) -> None:
    energy, counts = image
    live = LiveMaps(model, energy, (4, 6))
    taken: list[Predictions] = []
    thread = threading.Thread(target=lambda: taken.append(live.snapshot()))

    def turn() -> None:
        thread.start()
        thread.join(0.5)  # returns when it has a snapshot, or waits for the block

    records: Any = live._records.view(Halfway)
    records.turn, live._records = turn, records
    live.add(counts[0])
    thread.join()
    (snapshot,) = taken
    assert not np.isnan(snapshot.bond_length.value[snapshot.status == 0]).any()


def test_what_arrives_while_a_snapshot_is_made_is_not_in_it(
    model: Model, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    energy, counts = image
    live = LiveMaps(model, energy, (4, 6))
    live.add(counts[0])

    def meanwhile(*arguments: Any) -> Predictions:
        adding = threading.Thread(target=live.add, args=(counts[1],))
        adding.start()
        adding.join()
        return predictions_of(*arguments)

    monkeypatch.setattr("spectra_infer.live.predictions_of", meanwhile)
    snapshot = live.snapshot()
    assert live.measured == 12
    assert np.count_nonzero(snapshot.status != NOT_MEASURED) == 6


@pytest.mark.parametrize(
    ("pixels", "error"),
    [([0, 1], ValueError), ([-1], ValueError), ([24], ValueError), ([0.5], TypeError)],
)
def test_wrong_pixels_are_refused_and_change_nothing(
    pixels: Any, error: type[Exception], model: Model, image: Image
) -> None:
    energy, counts = image
    live = LiveMaps(model, energy, (4, 6))
    with pytest.raises(error):
        live.add(counts[0, :1], pixels)
    assert live.measured == 0


def test_more_spectra_than_pixels_are_refused(model: Model, image: Image) -> None:
    energy, counts = image
    live = LiveMaps(model, energy, (5,))
    with pytest.raises(ValueError, match="pixels 0 to 5 are not all in maps of shape"):
        live.add(counts[0])


def test_an_axis_that_is_wrong_is_told_at_the_first_spectrum(model: Model) -> None:
    energy = np.arange(600.0, 500.0, -1.0)
    with pytest.raises(SpectrumError):
        LiveMaps(model, energy, (5,)).add(np.ones(100))


def test_a_stream_gives_partial_maps_when_they_are_due(
    model: Model, image: Image, whole: Predictions
) -> None:
    energy, counts = image
    ticks = iter(np.arange(0.0, 100.0, 0.1))
    seen = []
    for maps in predict_stream(
        model, energy, counts, (4, 6), interval=0.25, clock=lambda: next(ticks)
    ):
        seen.append(np.count_nonzero(maps.status != NOT_MEASURED))
        last = maps
    # Due at 0.25 s; the clock is read once a row (and once more after maps): rows at 0.1, 0.2, 0.3.
    assert seen == [18, 24]
    assert same_maps(last, whole)


def test_an_empty_stream_gives_nothing(model: Model, image: Image) -> None:
    assert list(predict_stream(model, image[0], [], (4, 6))) == []


def test_a_detector_in_another_thread(model: Model, image: Image, whole: Predictions) -> None:
    energy, counts = image
    queue: Queue[Any] = Queue(maxsize=2)

    def measure() -> None:
        for spectrum in counts.reshape(24, -1):
            queue.put(spectrum.copy())
        queue.put(None)

    def arriving() -> Iterator[np.ndarray]:
        while (spectrum := queue.get()) is not None:
            yield spectrum

    detector = threading.Thread(target=measure)
    detector.start()
    *_, last = predict_stream(model, energy, arriving(), (4, 6), interval=0)
    detector.join()
    assert same_maps(last, whole)


def test_records_keep_everything(whole: Predictions) -> None:
    again = predictions_of(records_of(whole), whole.first_error)
    assert same_maps(again, whole)
    assert str(again) == str(whole)
    assert records_of(whole).dtype == RECORD
