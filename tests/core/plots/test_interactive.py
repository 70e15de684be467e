"""Plots for Plotly: valid figures that say what the description says, with no text read as markup."""

import pytest

from attrprompt.plots.interactive import make_figure, to_plotly
from attrprompt.plots.plot import Axis, Guide, Mark, Matrix, Plot, Point, Series, Unit

BLUE = "#2166AC"


def test_names_and_hover_texts_are_escaped():
    point = Point(1, 0, words="<i>", hover=("<b>label</b>", "a & b"))
    plot = Plot(Axis("a <u>"), Axis(names=("<script>",)), (Series((point,), Mark.POINTS, BLUE, "x<y"),))
    made = to_plotly(plot)
    (trace,) = made["data"]
    assert trace["name"] == "x&lt;y"
    assert trace["text"] == ["&lt;i&gt;"]
    assert trace["hovertext"] == ["<b>&lt;b&gt;label&lt;/b&gt;</b><br>a &amp; b"]
    assert made["layout"]["yaxis"]["ticktext"] == ["&lt;script&gt;"]
    assert made["layout"]["xaxis"]["title"] == {"text": "a &lt;u&gt;"}


def test_intervals_lie_along_the_axis_that_has_no_names():
    points = (Point(3, 0, 1, 4), Point(3, 1))
    across = to_plotly(Plot(Axis(), Axis(names=("a", "b")), (Series(points, Mark.POINTS, BLUE),)))["data"][0]
    assert (across["error_x"]["array"], across["error_x"]["arrayminus"]) == ([1, 0.0], [2, 0.0])
    bar = Series((Point(0, 3, 1, 4),), Mark.BARS, BLUE, interval_colour="#000000")
    up = to_plotly(Plot(Axis(names=("a",)), Axis(), (bar,)))["data"][0]
    assert (up["error_y"]["array"], up["error_y"]["arrayminus"], up["error_y"]["color"]) == ([1], [2], "#000000")
    none = to_plotly(Plot(Axis(), Axis(names=("a",)), (Series((Point(3, 0),), Mark.POINTS, BLUE),)))["data"][0]
    assert not any(key.startswith("error") for key in none)


@pytest.mark.parametrize(("mark", "mode"), [(Mark.CURVE, "lines+markers"), (Mark.LINE, "lines")])
def test_the_band_of_a_line_goes_up_one_side_and_back_the_other(mark, mode):
    points = (Point(1, 5, 4, 6), Point(10, 6, 5, 7), Point(100, 7))
    band, curve = make_figure(Plot(Axis(is_log=True), Axis(), (Series(points, mark, BLUE, "one"),))).data
    assert list(band.x) == [1, 10, 10, 1]
    assert list(band.y) == [6, 7, 5, 4]
    assert (band.fillcolor, curve.mode, len(curve.x)) == ("rgba(33,102,172,0.15)", mode, 3)


def test_names_beside_a_plot_run_from_the_top_and_leave_room_for_words():
    plain = Plot(Axis(), Axis(names=("a", "b")), (Series((Point(1, 0),), Mark.POINTS, BLUE),))
    written = Plot(Axis(), Axis(names=("a", "b")), (Series((Point(1, 0, words="1"),), Mark.POINTS, BLUE),))
    assert to_plotly(plain)["layout"]["yaxis"]["range"] == [1.5, -0.5]
    assert to_plotly(written)["layout"]["yaxis"]["range"] == [1.4, -0.6]


def test_a_click_on_a_cell_gives_its_key():
    matrix = Matrix(((1.0, 0.0),), (("8", ""),), ("#FFFFFF", "#777777", "#000000"))
    cell = Point(0, 0, hover=("8 texts",), key=("label", "other"))
    plot = Plot(Axis(names=("u", "v")), Axis(names=("u",)), (Series((cell,), Mark.UNSEEN, BLUE),), matrix)
    figure = make_figure(plot)
    heat, cells = figure.data
    assert [each[0] for each in heat.colorscale] == [0, 0.5, 1]
    assert (cells.customdata[0], cells.marker.opacity) == (["label", "other"], 0)
    assert figure.layout.clickmode == "event+select"


def test_a_value_to_compare_with_is_a_line_with_its_band():
    plot = Plot(Axis(), Axis(names=("a",)), guide=Guide(0.6, 0.5, 0.7, "gpt <4>"))
    layout = make_figure(plot).layout
    assert [(each.type, each.x0, each.x1) for each in layout.shapes] == [("rect", 0.5, 0.7), ("line", 0.6, 0.6)]
    assert layout.annotations[0].text == "gpt &lt;4&gt;"


def test_ticks_are_written_as_their_unit_says():
    assert [Unit.NUMBER.write(10_000), Unit.USD.write(0.00002), Unit.SHARE.write(0.25)] == ["10,000", "$0.00002", "25%"]
    assert [Unit.NUMBER.write(0.5, 2), Unit.USD.write(20), Unit.SHARE.write(0.025, 3)] == ["0.50", "$20", "2.5%"]


def test_names_without_room_turn_to_the_left_where_the_last_is_not_cut():
    plot = Plot(Axis(names=("a", "b")), Axis(), (Series((Point(0, 1),), Mark.BARS, BLUE),))
    angles = to_plotly(plot)["layout"]["xaxis"]["autotickangles"]
    assert angles[0] == 0
    assert max(angles) == 0
