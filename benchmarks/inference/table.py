"""A table of results, with the numbers behind it that a goal asks for."""

import dataclasses


@dataclasses.dataclass
class Table:
    name: str
    title: str
    columns: list
    rows: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)
    values: dict = dataclasses.field(default_factory=dict)

    def markdown(self):
        lines = [cells(self.columns), "|---" * len(self.columns) + "|", *map(cells, self.rows)]
        return "\n".join([*lines, *("\n" + note for note in self.notes)])


def cells(texts):
    return "| " + " | ".join(texts) + " |"


def microseconds(seconds):
    """Three digits of it."""
    value = seconds * 1e6
    return f"{value:,.0f}" if value >= 99.95 else f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"


def ratio(numerator, denominator):
    return f"{numerator / denominator:.2f}"
