"""The page and the document: complete, valid, the same for the same results."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from result_folders import (
    Sample,
    sample,
    write_evaluation,
    write_learning_curve,
    write_robustness,
    write_study,
)

from spectra_infer.report import FolderError, read_study, write_document, write_report
from spectra_infer.report.__main__ import main
from spectra_infer.report.baselines import fit_baselines, fit_changed_inputs
from spectra_infer.report.baselines.inputs import INPUTS
from spectra_infer.report.baselines.predictors import Mean, Nearest, Ridge
from spectra_infer.report.tables import Table, accuracy_table

VOID = {"meta", "img", "br", "link"}
FIGURES = {
    "alignments",
    "baselines-absolute-group",
    "coverage-absolute-group-augmented",
    "examined-absolute-mp-107",
    "examined-edge-mp-107",
    "failures-absolute-group-nothing-similar",
    "failures-absolute-group-similar-but-different",
    "failures-model-absolute-nothing-similar",
    "failures-model-absolute-similar-but-different",
    "failures-model-edge-nothing-similar",
    "failures-model-edge-similar-but-different",
    "learning-curve",
    "parity-absolute-group",
    "parity-model-absolute-group",
    "parity-model-edge-group",
    "robustness",
    "robustness-absolute",
    "robustness-edge",
}


class Checker(HTMLParser):
    """Reads a page; complains of tags that are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names)
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def values(self, tag: str, name: str) -> list[str]:
        return [attributes.get(name) or "" for each, attributes in self.attributes if each == tag]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything in it."""
    folder = tmp_path_factory.mktemp("results")
    for alignment, split in (
        ("absolute", "group"),
        ("threshold", "group"),
        ("threshold", "spectrum"),
    ):
        write_study(
            folder / f"{alignment}-{split}",
            alignment=alignment,
            split=split,
            calibration_members=0,
        )
    fit_baselines(folder / "absolute-group", predictors=(Mean(), Nearest(), Ridge()))
    fit_changed_inputs(folder / "absolute-group", seeds=1, trials=(Mean(), Nearest()))
    for alignment in ("edge", "absolute"):
        write_evaluation(folder / f"model-{alignment}", alignment=alignment)
    write_study(folder / "augmented", seeds=[1], augmented=True)
    write_robustness(folder / "robustness", ["dose", "shift"])
    write_learning_curve(folder / "learning-curve")
    return folder


@pytest.fixture(scope="module")
def page(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report([results], tmp_path_factory.mktemp("page"))


def test_every_figure_is_there(page: Path) -> None:
    found = {path.stem for path in (page.parent / "figures").iterdir()}
    assert found == FIGURES
    for name in FIGURES:
        for suffix in (".svg", ".png"):
            assert (page.parent / "figures" / f"{name}{suffix}").stat().st_size > 5000


def test_page_is_valid_and_its_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
    checker = Checker(text)
    ids = [value for _, attributes in checker.attributes if (value := attributes.get("id"))]
    assert len(set(ids)) == len(ids)
    for link in checker.values("a", "href"):
        if link.startswith("#"):
            assert link[1:] in ids
        else:
            assert (page.parent / link).is_file()
    images = checker.values("img", "src")
    assert {Path(image).stem for image in images} == FIGURES
    assert len(images) == len(FIGURES) == checker.tags["figcaption"]
    assert all((page.parent / image).is_file() for image in images)
    assert all(len(alternative) > 20 for alternative in checker.values("img", "alt"))
    assert checker.tags["script"] == 0
    assert "http://" not in text
    assert "https://" not in text


def test_captions_say_numbers_seeds_and_split(page: Path) -> None:
    text = re.sub(r"\s+", " ", page.read_text(encoding="utf-8"))
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", text)
    numbers = [int(n) for c in captions for n in re.findall(r"<strong>Figure (\d+)\.", c)]
    assert numbers == list(range(1, len(FIGURES) + 1))
    by_name = dict(zip(re.findall(r'<img src="figures/([^"]*)\.svg"', text), captions))
    for name in ("parity-absolute-group", "baselines-absolute-group", "alignments"):
        assert "n = 32" in by_name[name]
        assert "2 seeds" in by_name[name]
    assert "split by group" in by_name["parity-absolute-group"]
    assert "20.0 % of the measurements at 300 counts" in by_name["robustness"]
    assert "2 seeds, n = 16" in by_name["robustness"]
    assert "training (n = 24), test (n = 4), held out (n = 4)" in by_name["parity-model-edge-group"]


def test_numbers_of_the_page_are_those_of_the_files(page: Path, results: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for folder in ("absolute-group", "threshold-spectrum"):
        errors = read_study(results / folder).errors
        for name, digits in (("bond_length", 4), ("bond_angle", 1), ("excitation_energy", 3)):
            seeds = errors.over_seeds("network", name)
            spread = f"{seeds.mean():.{digits}f}\u00a0±\u00a0{seeds.std(ddof=1):.{digits}f}"
            assert spread in text


def test_the_same_results_give_the_same_bytes(page: Path, results: Path, tmp_path: Path) -> None:
    folders = [results / "absolute-group", results / "augmented"]
    one = write_report(folders, tmp_path / "one")
    other = write_report(folders, tmp_path / "other")
    assert one.read_bytes() == other.read_bytes()
    drawn = sorted((tmp_path / "one" / "figures").iterdir())
    assert len(drawn) == 2 * 6
    for path in drawn:
        content = path.read_bytes()
        assert content == (tmp_path / "other" / "figures" / path.name).read_bytes()
        if path.stem != "alignments":  # which has the other studies too
            assert content == (page.parent / "figures" / path.name).read_bytes()


def test_changed_inputs_are_explained(page: Path, results: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "Averages over 1 seed." in text
    for name in INPUTS:
        assert f'<td class="word">{name}</td>' in text
    document = write_document([results / "absolute-group"], tmp_path / "accuracy.md")
    assert "| nearest spectrum | as they are |" in document.read_text(encoding="utf-8")


def test_names_are_escaped(tmp_path: Path) -> None:
    made = sample()
    names = [f'<b>&"{name}' for name in made.materials]
    odd = Sample(
        spectra=[f"{name}/O{row}" for row, name in enumerate(names)],
        materials=names,
        groups=names,
        targets=made.targets,
        features=made.features,
        energies=made.energies,
    )
    folder = write_study(tmp_path / "study", odd)
    page = write_report([folder], tmp_path / "page", formats=("svg",))
    text = page.read_text(encoding="utf-8")
    assert "<b>" not in text
    assert "&lt;b&gt;&amp;" in text
    Checker(text)


@pytest.mark.parametrize(
    "kind", ["study", "evaluation", "robustness", "learning curve", "one seed"]
)
def test_a_report_of_one_folder(kind: str, tmp_path: Path) -> None:
    if kind == "study":
        write_study(tmp_path / "one")
    elif kind == "one seed":
        write_study(tmp_path / "one", seeds=[7], held_out="mp-103")
    elif kind == "evaluation":
        write_evaluation(tmp_path / "one", references=False)
    elif kind == "learning curve":
        write_learning_curve(tmp_path / "one", seeds=[1])
    else:
        write_robustness(tmp_path / "one", ["dose"])
    page = write_report([tmp_path / "one"], tmp_path / "page", formats=("svg",))
    text = page.read_text(encoding="utf-8")
    Checker(text)
    assert "nan" not in re.sub(r"<[^>]*>", "", text).lower().split()
    if kind == "one seed":
        assert "one seed" in text


def test_a_study_that_is_not_finished_is_refused(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study")
    (folder / "errors.csv").unlink()
    with pytest.raises(FolderError, match=r"errors\.csv: cannot be read"):
        write_report([folder], tmp_path / "page")


# ---------------------------------------------------------------- Markdown


def test_document(results: Path, tmp_path: Path) -> None:
    path = write_document([results], tmp_path / "accuracy.md")
    text = path.read_text(encoding="utf-8")
    images = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert images == [
        f"accuracy/{name}.png"
        for name in (
            "alignments",
            "parity",
            "baselines",
            "failures",
            "coverage",
            "robustness",
            "learning-curve",
        )
    ]
    for image in images:
        content = (tmp_path / image).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < 150_000
    for block in text.split("\n\n"):
        if block.startswith("|"):
            rows = [line.strip("|").split("|") for line in block.splitlines()]
            assert len({len(row) for row in rows}) == 1
            assert all(re.fullmatch("-+:?", cell) for cell in rows[1])
    again = write_document([results], tmp_path / "other" / "accuracy.md")
    assert again.read_bytes() == path.read_bytes()
    for image in images:
        assert (tmp_path / "other" / image).read_bytes() == (tmp_path / image).read_bytes()


def test_accuracy_table(results: Path) -> None:
    studies = [read_study(results / f"{name}-group") for name in ("threshold", "absolute")]
    table = accuracy_table(studies)
    assert table.header[:5] == ("property", "unit", "absolute", "threshold", "predicting the mean")
    for row, name in zip(table.rows, ("bond_length", "bond_angle")):
        errors = [study.errors.over_seeds("network", name).mean() for study in studies[::-1]]
        assert [float(cell.split("\u00a0")[0]) for cell in row[2:4]] == pytest.approx(
            errors, rel=0.02
        )
    best = {row: column for row, column in table.bold}
    means = [
        [study.errors.over_seeds("network", each.name).mean() for study in studies[::-1]]
        for each in studies[0].properties
    ]
    assert best == {row: 2 + int(np.argmin(cells)) for row, cells in enumerate(means)}


def test_table_in_both_languages() -> None:
    table = Table(("a", "b|"), (("x<", "1"), ("y", "")), frozenset({(0, 1), (1, 1)}))
    assert table.markdown().splitlines()[2:] == ["| x< | **1** |", "| y |  |"]
    assert "<strong>1</strong>" in table.html()
    assert "x&lt;" in table.html()
    assert "<strong></strong>" not in table.html()


# ---------------------------------------------------------------- the command


def test_command(results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "page"
    assert main([str(results / "threshold-spectrum"), "--out", str(out)]) == 0
    assert capsys.readouterr().out.strip() == str(out / "index.html")
    document = tmp_path / "document.md"
    assert main([str(results / "robustness"), "--markdown", str(document)]) == 0
    assert capsys.readouterr().out.strip() == str(document)
    assert document.is_file()


def test_the_page_goes_into_the_only_folder(tmp_path: Path) -> None:
    folder = write_evaluation(tmp_path / "model", references=False)
    assert main([str(folder)]) == 0
    assert (folder / "index.html").is_file()


def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert str(tmp_path) in error
    assert len(error.splitlines()) == 1
    with pytest.raises(SystemExit, match="2"):
        main([str(tmp_path), str(tmp_path)])
