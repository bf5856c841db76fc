"""The page of the report: figures, tables and what they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from .style import paper_style, save
from .tables import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Page"]

STYLE = """
:root { color-scheme: light; }
html { background: #fff; color: #111; }
body {
  font: 1.02rem/1.5 "STIX Two Text", "Times New Roman", Times, "Liberation Serif", serif;
  margin: 2.5rem auto; max-width: 50rem; padding: 0 1.2rem;
}
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .5rem; }
h3 { font-size: 1.02rem; margin: 1.6rem 0 .3rem; }
p { margin: .5rem 0; }
p.about { color: #444; }
nav ol { columns: 2; margin: .6rem 0; padding-left: 1.4rem; }
a { color: #00507d; text-decoration-thickness: .06em; text-underline-offset: .15em; }
figure { margin: 1.4rem 0; }
figure img { display: block; height: auto; max-width: 100%; }
figcaption, caption { font-size: .9rem; line-height: 1.4; text-align: left; }
figcaption { margin-top: .5rem; }
.files { color: #444; white-space: nowrap; }
.scroll { margin: 1.2rem 0; overflow-x: auto; }
table {
  border-bottom: .09rem solid #111; border-collapse: collapse; border-top: .09rem solid #111;
  font-size: .84rem; font-variant-numeric: tabular-nums lining-nums; line-height: 1.35;
}
caption { caption-side: top; padding-bottom: .4rem; }
th, td { padding: .13rem .5rem; text-align: right; vertical-align: top; white-space: nowrap; }
th { font-weight: normal; }
.word { text-align: left; }
td.long { min-width: 16rem; text-align: left; white-space: normal; }
thead th { border-bottom: .06rem solid #111; vertical-align: bottom; white-space: normal; }
tr.rule th, tr.rule td { border-bottom: .03rem solid #999; padding-bottom: .3rem; }
tr.rule + tr th, tr.rule + tr td { padding-top: .3rem; }
tbody tr.rule:last-child th, tbody tr.rule:last-child td { border-bottom: 0; }
code { font: .86em/1.4 "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre { background: #f5f5f3; overflow-x: auto; padding: .6rem .8rem; }
dl { display: grid; gap: .1rem 1.2rem; grid-template-columns: max-content 1fr; }
dt { color: #444; }
dd { margin: 0; overflow-wrap: anywhere; }
@media print {
  @page { margin: 18mm; }
  body { font-size: 10pt; margin: 0; max-width: none; padding: 0; }
  figure, table { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  nav, .files { display: none; }
  .scroll { overflow: visible; }
  table { font-size: 7.6pt; }
  th, td { padding: .05rem .3rem; }
}
@media (max-width: 40rem) { nav ol { columns: 1; } }
"""


class Page:
    """A page that is put together from top to bottom.

    Figures are drawn when they are added, into a folder ``figures`` beside the page, and numbered
    in their order, as are the tables.

    Parameters
    ----------
    folder
        Where index.html is written.
    title
        The heading.
    formats
        Of the figures; the first is shown.
    """

    def __init__(
        self, folder: Path, title: str, *, formats: Sequence[str] = ("svg", "png")
    ) -> None:
        self.folder = folder
        self.title = title
        self.formats = tuple(formats)
        self._figure_folder = folder / "figures"
        self._figure_folder.mkdir(parents=True, exist_ok=True)
        self._head: list[str] = []
        self._body: list[str] = []
        self._sections: list[tuple[str, str]] = []
        self._figure_count = 0
        self._table_count = 0

    def about(self, html: str) -> None:
        """Add a paragraph above the list of sections."""
        self._head.append(f'<p class="about">{html}</p>')

    def section(self, heading: str) -> None:
        """Begin a section."""
        name = f"section-{len(self._sections) + 1}"
        self._sections.append((name, heading))
        self._body.append(f'<h2 id="{name}">{len(self._sections)}. {escape(heading)}</h2>')

    def subsection(self, heading: str) -> None:
        """Begin a part of a section."""
        self._body.append(f"<h3>{escape(heading)}</h3>")

    def text(self, html: str) -> None:
        """Add a paragraph; it may hold markup."""
        self._body.append(f"<p>{html}</p>")

    def html(self, html: str) -> None:
        """Add markup as it is."""
        self._body.append(html)

    def figure(
        self, name: str, draw: Callable[[], Figure], *, caption: str, alternative: str
    ) -> str:
        """Draw a figure and add it with its caption; return what to call it in the text.

        Parameters
        ----------
        name
            Of its files.
        caption
            What is seen, with numbers of spectra and seeds; it may hold markup.
        alternative
            What someone is told who cannot see it.
        """
        self._figure_count += 1
        with paper_style():
            figure = draw()
            paths = save(figure, self._figure_folder / name, formats=self.formats)
        width, height = (round(96 * inch) for inch in figure.get_size_inches())
        links = ", ".join(
            f'<a href="figures/{path.name}">{path.suffix[1:].upper()}</a>' for path in paths
        )
        label = f"Figure {self._figure_count}"
        self._body.append(
            f'<figure id="figure-{self._figure_count}">\n'
            f'<img src="figures/{paths[0].name}" width="{round(1.16 * width)}" '
            f'height="{round(1.16 * height)}" alt="{escape(alternative, quote=True)}">\n'
            f"<figcaption><strong>{label}.</strong> {caption} "
            f'<span class="files">[{links}]</span></figcaption>\n</figure>'
        )
        return f'<a href="#figure-{self._figure_count}">{label}</a>'

    def table(self, table: Table, caption: str) -> str:
        """Add a table with its caption; return what to call it in the text."""
        self._table_count += 1
        label = f"Table {self._table_count}"
        self._body.append(
            f'<div class="scroll" id="table-{self._table_count}">'
            + table.html(f"<strong>{label}.</strong> {caption}")
            + "</div>"
        )
        return f'<a href="#table-{self._table_count}">{label}</a>'

    def write(self) -> Path:
        """Write index.html and return its path."""
        contents = "\n".join(
            f'<li><a href="#{name}">{escape(heading)}</a></li>' for name, heading in self._sections
        )
        document = (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
            f"<header>\n<h1>{escape(self.title)}</h1>\n"
            + "\n".join(self._head)
            + f'\n<nav aria-label="Sections"><ol>\n{contents}\n</ol></nav>\n</header>\n<main>\n'
            + "\n".join(self._body)
            + "\n</main>\n</body>\n</html>\n"
        )
        path = self.folder / "index.html"
        path.write_text(document, encoding="utf-8")
        return path
