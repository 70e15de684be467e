"""The map of countries: its projection, its shapes and its shades, checked where they can be worked out by hand."""

import re

import pytest

from attrprompt.report.world_map import (
    SHADES,
    define_shapes,
    draw_inline_map,
    make_shading,
    project,
    shade_countries,
)


def test_the_projection_agrees_with_its_published_extent():
    assert project(180, 0) == pytest.approx((1000, 0))
    assert project(0, 90)[1] / project(180, 0)[0] == pytest.approx(-1.3173627591574 / 2.7066299836960748)
    assert project(-60, 40)[0] == -project(60, 40)[0]


def test_countries_are_shaded_by_share_on_one_scale_for_all_maps():
    shading = make_shading([({"FR": 5}, 10), ({"FR": 2, "SG": 1}, 100)])
    assert shading.bounds[-1] == 0.5
    assert (shading.step_of(0), shading.step_of(0.01), shading.step_of(0.5)) == (0, 1, 5)
    drawn = draw_inline_map("x <i>", {"FR": 5}, 10, shading)
    assert '<use href="#country-FR" class="s5"><title>France: 5 texts, 50.0%</title></use>' in drawn
    assert 'class="s0"><title>Germany: no text</title>' in drawn
    assert "<i>" not in drawn


def test_no_shape_runs_across_the_map():
    """A ring over the 180th meridian would otherwise be drawn as a band from edge to edge."""
    for path in re.findall(r'd="([^"]+)"', define_shapes()):
        assert all(abs(int(step)) < 200 for step in re.findall(r"l(-?\d+),", path))


def test_the_map_of_a_file_is_shaded_as_that_of_the_page():
    shaded = shade_countries({"FR": 5}, 10, make_shading([({"FR": 5}, 10)]))
    assert len(shaded.outlines) > 170
    assert [each.fill for each in shaded.outlines].count(SHADES[-1]) == 1
    assert shaded.key_title == "Share of 10 texts"
    assert shaded.key[-1] == (SHADES[-1], "32.0% to 50.0%")


def test_no_text_at_all_gives_a_blank_map():
    shading = make_shading([({}, 0)])
    assert shading.step_of(0.0) == 0
    assert 's1"' not in draw_inline_map("none", {}, 0, shading)
