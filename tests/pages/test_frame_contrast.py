"""Letters on filled buttons can be read in both modes."""

import tomllib
from pathlib import Path

import pytest

from attrprompt.palette import DARK, LIGHT

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def luminance(colour):
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """As WCAG 2 defines it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("mode", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_the_palette_is_that_of_the_theme(mode, palette):
    theme = CONFIG["theme"][mode]
    assert (theme["primaryColor"], theme["backgroundColor"]) == (palette.primary, palette.background)


def test_letters_on_filled_buttons_have_enough_contrast():
    assert contrast(LIGHT.primary, "#FFFFFF") >= 4.5
    assert contrast(DARK.primary, DARK.background) >= 4.5
    assert contrast(DARK.primary, "#FFFFFF") < 4.5  # why the dark mode needs letters of its own
