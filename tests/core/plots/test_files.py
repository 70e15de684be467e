"""Plots as files: valid in every form, the same bytes twice, and no text of theirs is markup."""

import io
import re
from itertools import pairwise
from xml.etree import ElementTree

import matplotlib
import pytest
from PIL import Image

from attrprompt.plots.files import WIDTH, draw_files
from attrprompt.plots.plot import Axis, Dash, Guide, Mark, Matrix, Outline, Plot, Point, Series, ShadedMap, Unit

SVG = "{http://www.w3.org/2000/svg}"
BLUE, ORANGE = "#2166ac", "#c2570c"


def draw(plot, title="A title"):
    return ElementTree.fromstring(draw_files(plot, title).svg)


def texts_of(drawn):
    return [each.text for each in drawn.iter(f"{SVG}text")]


def paths_in(drawn, colour, kind="stroke"):
    """Each path of a colour, as its places."""
    found = [each for each in drawn.iter(f"{SVG}path") if f"{kind}: {colour}" in (each.get("style") or "")]
    return [[(float(x), float(y)) for x, y in re.findall(r"[ML] (\S+) (\S+)", each.get("d"))] for each in found]


def dots(*points, colour=BLUE, names=("one", "two", "three"), **axis):
    return Plot(Axis("words", **axis), Axis(names=names), (Series(points, Mark.POINTS, colour, size=11),))


def bars(*heights, colour=BLUE):
    points = tuple(Point(place, height) for place, height in enumerate(heights))
    return Series(points, Mark.BARS, colour, f"in {colour}")


def test_each_form_is_a_whole_file_of_the_same_picture():
    drawn = draw_files(dots(Point(1, 0, 0.5, 2), names=("one",)), "Words")
    root = ElementTree.fromstring(drawn.svg)
    assert root.tag == f"{SVG}svg"
    assert root.find(f"{SVG}title").text == "Words"
    with Image.open(io.BytesIO(drawn.png)) as image:
        image.load()
        assert image.width == 2 * WIDTH
        assert image.height / image.width == pytest.approx(
            float(root.get("height").removesuffix("pt")) / float(root.get("width").removesuffix("pt")), abs=0.01
        )
        assert len(image.convert("RGB").getcolors(1 << 20)) > 3
    assert drawn.pdf.startswith(b"%PDF-1.4")
    assert drawn.pdf.rstrip().endswith(b"%%EOF")


def test_the_same_picture_gives_the_same_bytes_whatever_the_user_has_set():
    plot = Plot(
        Axis("USD", unit=Unit.USD, is_log=True),
        Axis("Accuracy"),
        (Series((Point(0.1, 0.5, 0.4, 0.6), Point(1, 0.7, 0.6, 0.8)), Mark.CURVE, BLUE, "one", dash=Dash.DOT),),
    )
    first = draw_files(plot, "Twice")
    with matplotlib.rc_context({"font.size": 30, "svg.hashsalt": None, "axes.grid": False, "text.usetex": True}):
        assert draw_files(plot, "Twice") == first
        assert matplotlib.rcParams["font.size"] == 30
    assert b"/CreationDate" not in first.pdf
    assert b"dc:date" not in first.svg


def test_no_text_is_markup():
    names = ("$x^2$ & <b>bold</b>", "_hidden", "日本語", "two\nlines")
    series = tuple(Series((Point(row, row, words="$1"),), Mark.POINTS, BLUE, name) for row, name in enumerate(names))
    drawn = draw_files(Plot(Axis("$cost$"), Axis(names=names), series), "A <title>")
    written = texts_of(ElementTree.fromstring(drawn.svg))
    assert "A <title>" in written
    assert "$cost$" in written
    assert written.count("$1") == 4
    for name in ("$x^2$ & <b>bold</b>", "_hidden", "日本語", "two lines"):
        assert written.count(name) == 2, "beside the axis and in the legend"


def test_a_name_without_end_leaves_room_for_the_plot():
    drawn = draw(dots(Point(1, 0, 0, 2), names=("x" * 300,)))
    assert f"{'x' * 39}…" in texts_of(drawn)
    (interval,) = paths_in(drawn, BLUE)
    assert interval[1][0] - interval[0][0] > 200


def test_intervals_are_drawn_where_there_are_any():
    drawn = draw(dots(Point(3, 0, 1, 4), Point(3, 1), Point(3, 2, 2, 5)))
    intervals = paths_in(drawn, BLUE)
    lengths = [end[0] - start[0] for start, end in intervals]
    assert len(lengths) == 2
    assert lengths[0] == pytest.approx(lengths[1])
    assert all(start[1] == end[1] for start, end in intervals)
    assert [len(paths_in(draw(dots(Point(3, 0), names=("one",))), BLUE))] == [0]


def test_a_curve_has_its_band_and_its_dashes():
    points = (Point(1, 0.5, 0.4, 0.6), Point(10, 0.6, 0.5, 0.7), Point(100, 0.7))
    curve = Series(points, Mark.CURVE, BLUE, dash=Dash.DOT)
    drawn = draw(Plot(Axis("Texts", is_log=True), Axis("Accuracy"), (curve,)))
    bands = [each.get("style") for each in drawn.iter() if "opacity: 0.15" in (each.get("style") or "")]
    assert [f"fill: {BLUE}" in style for style in bands] == [True]
    (line,) = (path for path in paths_in(drawn, BLUE) if len(path) == 3)
    assert line[1][0] - line[0][0] == pytest.approx(line[2][0] - line[1][0], rel=0.01), "decades are as wide as another"
    assert {"1", "10", "100"} <= set(texts_of(drawn))
    assert "stroke-dasharray" in next(
        each.get("style") for each in drawn.iter(f"{SVG}path") if f"stroke: {BLUE}" in (each.get("style") or "")
    )


def test_bars_stand_on_zero_side_by_side():
    share = Axis("Share", unit=Unit.SHARE, is_amount=True)
    drawn = draw(Plot(Axis(names=("u", "v")), share, (bars(0.2, 0.1), bars(0.4, 0.4, colour=ORANGE))))
    high, low = (path for path in paths_in(drawn, BLUE, "fill") if len(path) == 4)
    assert high[0][1] == low[0][1]
    assert high[0][1] - high[2][1] == pytest.approx(2 * (low[0][1] - low[2][1]))
    beside = next(path for path in paths_in(drawn, ORANGE, "fill") if len(path) == 4)
    assert beside[0][0] == pytest.approx(high[1][0])
    assert {"0%", "10%", "40%"} <= set(texts_of(drawn))


@pytest.mark.parametrize(("values", "first"), [((0.0, 0.0), "0.00"), ((0.5, 40.0), "0")])
def test_an_axis_of_amounts_does_not_go_below_zero(values, first):
    drawn = draw(dots(*(Point(value, row) for row, value in enumerate(values)), names=("a", "b"), is_amount=True))
    ticks = [words for words in texts_of(drawn) if words.replace(".", "").replace("-", "").isdigit()]
    assert ticks[0] == first


def test_a_matrix_holds_its_words_and_its_scale_where_it_is_asked_for():
    names, shares = ("u", "v"), ((1.0, 0.0), (0.5, 0.5))
    matrix = Matrix(shares, (("8", ""), ("3", "3")), ("#ffffff", "#000000"), has_key=False)
    cells = Series((Point(0, 0, key=("u", "u")),), Mark.UNSEEN, BLUE)
    drawn = draw(Plot(Axis("Classifier", names=names), Axis("Gold label", names=names), (cells,), matrix))
    written = texts_of(drawn)
    assert [written.count(each) for each in ("8", "3", "100%", "u")] == [1, 2, 0, 2]
    assert not paths_in(drawn, BLUE, "fill"), "what only answers to the mouse is left out"
    bare = Plot(Axis(names=names), Axis(names=names), matrix=Matrix(shares, (), ("#ffffff", "#000000")))
    assert {"0%", "100%", "Share"} <= set(texts_of(draw(bare)))


def test_of_many_names_only_so_many_are_written_as_have_room():
    names = tuple(f"label {number}" for number in range(60))
    matrix = Matrix(((0.5,) * 60,) * 60, (), ("#ffffff", "#000000"))
    drawn = draw(Plot(Axis(names=names), Axis(names=names), matrix=matrix, height=300))
    written = [each for each in drawn.iter(f"{SVG}text") if (each.text or "").startswith("label")]
    upright = [each for each in written if "rotate(-45" not in each.get("transform")]
    places = sorted(float(each.get("y")) for each in upright)
    assert 5 < len(upright) < 30
    assert min(below - above for above, below in pairwise(places)) > 10


def test_a_value_to_compare_with_goes_through_the_whole_plot():
    plot = Plot(
        Axis("F1"),
        Axis(names=("a",)),
        (Series((Point(0.5, 0),), Mark.POINTS, BLUE),),
        None,
        Guide(0.6, 0.5, 0.7, "gpt"),
    )
    assert "gpt" in texts_of(draw(plot))
    assert any(abs(path[0][1] - path[1][1]) > 200 for path in paths_in(draw(plot), "#808080"))


def test_a_map_keeps_its_shades_and_tells_what_they_mean():
    square = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
    beside = tuple((x + 20, y) for x, y in square)
    outlines = (Outline((square,), BLUE), Outline((beside,), ORANGE))
    picture = ShadedMap(outlines, ((BLUE, "many"),), "Share of 3 texts", (0, 0, 40, 20), "#ffffff")
    drawn = draw(picture, "Map")
    assert texts_of(drawn) == ["Map", "Share of 3 texts", "many"]
    (left,) = (path for path in paths_in(drawn, BLUE, "fill") if path[0][0] < 50)
    (right,) = paths_in(drawn, ORANGE, "fill")
    assert right[0][0] - left[0][0] == pytest.approx(2 * (left[1][0] - left[0][0]), rel=0.01)
