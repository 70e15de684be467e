"""One palette: the pages' charts, the report and Streamlit's theme have the same colours."""

import tomllib
from pathlib import Path

import pytest

from attrprompt.palette import DARK, LIGHT, dataset_colours
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample

THEME = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]


@pytest.mark.parametrize(("mode", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_the_theme_has_the_colours_of_the_palette(mode, palette):
    theme = THEME[mode]
    assert theme["primaryColor"] == theme["linkColor"] == palette.primary
    assert theme["backgroundColor"] == palette.background
    assert theme["secondaryBackgroundColor"] == palette.raised
    assert theme["textColor"] == palette.text
    sets = [palette.simprompt, palette.attrprompt, palette.gold, *palette.further]
    assert theme["chartCategoricalColors"] == sets


def test_the_first_data_set_of_a_kind_has_the_colour_of_its_kind(store, project):
    rows = [NewSample(0, "A fair in Peru.", "", ("World",), {})]
    datasets = [
        store.datasets.import_rows(project.id, kind.value, kind, rows, info={})
        for kind in (DatasetKind.GOLD, DatasetKind.ATTRPROMPT, DatasetKind.SIMPROMPT)
    ]
    colours = dataset_colours(datasets, LIGHT)
    assert colours == {"gold": LIGHT.gold, "attrprompt": LIGHT.attrprompt, "simprompt": LIGHT.simprompt}
