"""Figures drawn as SVG: axes, marks and the map of countries, checked where places can be worked out by hand."""

import re
from xml.etree import ElementTree

import pytest

from attrprompt.report.axes import make_axis
from attrprompt.report.drawing import draw_svg
from attrprompt.report.world_map import (
    define_shapes,
    draw_inline_map,
    draw_map_file,
    list_countries,
    make_shading,
    project,
)

SVG = "{http://www.w3.org/2000/svg}"


def draw(traces, **layout):
    return ElementTree.fromstring(draw_svg({"data": traces, "layout": {"height": 300, **layout}}, "A <title>"))


def texts_of(drawn):
    return [each.text for each in drawn.iter(f"{SVG}text")]


def test_a_linear_axis_has_round_ticks_and_places_values_in_proportion():
    axis = make_axis({"range": [0, 10]}, [1, 9], 100.0, 200.0)
    assert [words for _, words in axis.ticks] == ["0", "2", "4", "6", "8", "10"]
    assert axis.place(2.5) == pytest.approx(125)


def test_shares_are_written_in_percent_and_bars_start_at_zero():
    axis = make_axis({"tickformat": ".0%"}, [0, 0.31], 300.0, 0.0)
    assert axis.low == 0
    assert [words for _, words in axis.ticks][:3] == ["0%", "10%", "20%"]


def test_a_logarithmic_axis_places_decades_evenly():
    axis = make_axis({"type": "log"}, [1, 100], 0.0, 100.0)
    assert axis.place(10) - axis.place(1) == pytest.approx(axis.place(100) - axis.place(10))
    assert {words for _, words in axis.ticks} >= {"1", "10", "100"}


def test_names_take_equal_room_and_can_be_turned_round():
    axis = make_axis({"autorange": "reversed"}, ["a", "b &amp; c"], 200.0, 0.0)
    assert (axis.place("a"), axis.place("b &amp; c"), axis.step) == (50, 150, 100)
    assert [words for _, words in axis.ticks] == ["a", "b & c"]


def test_equal_values_still_get_an_axis():
    axis = make_axis({}, [0, 0], 0.0, 100.0)
    assert 0 <= axis.place(0) <= 100


def test_points_error_bars_lines_and_bands_are_drawn():
    drawn = draw(
        [
            {"type": "scatter", "mode": "lines", "x": [1, 2, 2, 1], "y": [1, 1, 2, 2], "fill": "toself",
             "fillcolor": "rgba(33,102,172,0.15)"},
            {"type": "scatter", "mode": "lines+markers", "name": "a &lt;b&gt;", "x": [1, 2], "y": [1.5, 1.6],
             "line": {"color": "#2166AC", "dash": "dot"}, "error_y": {"array": [0.2, 0], "arrayminus": [0.1, 0]}},
        ]
    )  # fmt: skip
    assert len(list(drawn.iter(f"{SVG}circle"))) == 2
    assert next(drawn.iter(f"{SVG}polygon")).get("fill") == "#2166AC"
    assert next(drawn.iter(f"{SVG}polyline")).get("stroke-dasharray") == "2 4"
    assert len([each for each in drawn.iter(f"{SVG}line") if each.get("stroke") == "#2166AC"]) == 1
    assert texts_of(drawn)[:2] == ["A <title>", "a <b>"]


def test_bars_stand_on_zero_and_heat_maps_hold_their_counts():
    bars = draw([{"type": "bar", "name": "a", "x": ["u", "v"], "y": [2, 1], "marker": {"color": "#C2570C"}}])
    high, low = [each for each in bars.iter(f"{SVG}rect") if each.get("fill") == "#C2570C" and each.get("rx") is None]
    bottoms = {round(float(each.get("y")) + float(each.get("height")), 1) for each in (high, low)}
    assert len(bottoms) == 1
    assert float(high.get("height")) == pytest.approx(2 * float(low.get("height")), abs=0.2)
    heat = draw(
        [{"type": "heatmap", "x": ["u", "v"], "y": ["u", "v"], "z": [[1, 0], [0.5, 0.5]], "text": [[8, 0], [3, 3]],
          "colorscale": [[0, "#FFFFFF"], [1, "#000000"]]}]
    )  # fmt: skip
    assert [words for words in texts_of(heat) if words in ("8", "3", "0")] == ["8", "0", "3", "3"]
    assert any(each.get("fill") == "#000000" for each in heat.iter(f"{SVG}rect"))


def test_of_many_names_only_so_many_are_written_as_have_room():
    names = [f"label {n}" for n in range(60)]
    heat = {"type": "heatmap", "x": names, "y": names, "z": [[0.5] * 60] * 60, "colorscale": ["#FFFFFF", "#000000"]}
    written = [words for words in texts_of(draw([heat])) if words.startswith("label")]
    assert 10 < len(written) < 50


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
    assert list_countries({"SG": 1, "FR": 2, "DE": 0}, 100) == [
        ("FR", "France", 2, 0.02),
        ("SG", "Singapore", 1, 0.01),
    ]


def test_no_shape_runs_across_the_map():
    """A ring over the 180th meridian would otherwise be drawn as a band from edge to edge."""
    for path in re.findall(r'd="([^"]+)"', define_shapes()):
        assert all(abs(int(step)) < 200 for step in re.findall(r"l(-?\d+),", path))


def test_the_map_is_a_file_of_its_own_too():
    file = ElementTree.fromstring(draw_map_file("a & b", {"FR": 5}, 10, make_shading([({"FR": 5}, 10)])))
    assert texts_of(file)[0] == "Countries named in a & b, share of its 10 texts"
    assert len(list(file.iter(f"{SVG}path"))) > 170


def test_no_text_at_all_gives_a_blank_map():
    shading = make_shading([({}, 0)])
    assert shading.step_of(0.0) == 0
    assert 's1"' not in draw_inline_map("none", {}, 0, shading)
