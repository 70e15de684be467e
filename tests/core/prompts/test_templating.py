import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.prompts.templating import MAX_PROMPT_CHARACTERS, CompiledTemplate, TemplateFailure, check_text

VARIABLES = {
    "label": "gun control",
    "labels": ["a", "b"] * 250,
    "text": "t" * 2_000,
    "requirements": ["one", "two"],
    "attributes": {"style": "op-ed", "writing mood": "calm"},
}


def render(template, **more):
    return CompiledTemplate(template, [*VARIABLES, *more]).render({**VARIABLES, **more})


@pytest.mark.parametrize(
    ("template", "prompt"),
    [
        ("  About {{ label | upper }}. ", "About GUN CONTROL."),
        ("{% for r in requirements %}\n{{ loop.index }}. {{ r }}\n{% endfor %}", "1. one\n2. two"),
        ("{% for n, v in attributes.items() %}{{ n }}={{ v }};{% endfor %}", "style=op-ed;writing mood=calm;"),
        ("{{ attributes['writing mood'] }} {{ attributes.style }}", "calm op-ed"),
        ("{% if attributes.place is defined %}{{ attributes.place }}{% else %}nowhere{% endif %}", "nowhere"),
        ("{% set n = requirements | length + 1 %}{{ n }} {{ label ~ '!' }}", "3 gun control!"),
        ("{{ requirements | join(' and ') }} {{ label | replace('gun', 'arms') | title }}", "one and two Arms Control"),
        ("{% for i in range(3) %}{{ i % 2 }}{% endfor %} {{ labels[1] }}{{ label[:3] }}", "010 bgun"),
        ("{# a note #}{% raw %}{{ kept }}{% endraw %}", "{{ kept }}"),
        ("{{ 'odd' if requirements | length is odd else 'even' }}{{ '' | default('x', true) }}", "evenx"),
    ],
)
def test_what_templates_can_do(template, prompt):
    assert render(template) == prompt


@pytest.mark.parametrize(
    ("template", "line", "column", "words"),
    [
        ("a\nb {{ lable }}", 2, 6, "no variable 'lable'. The variables are: label, labels"),
        ("{{ label", 1, None, "expected 'end of print statement'"),
        ("a\n\n{% for r in requirements %}", 3, None, "endfor"),
        ("x\n{{ label | shout }}", 2, 12, "no filter 'shout'. The filters are:"),
        ("{% if label is nice %}{% endif %}", 1, 16, "no test 'nice'. The tests are:"),
        ("{% frobnicate %}", 1, None, "unknown tag 'frobnicate'"),
        ("{% for loop in labels %}{% endfor %}", 1, None, "loop variable"),
    ],
)
def test_problems_say_what_and_where(template, line, column, words):
    problem = check_text(template, list(VARIABLES))
    assert problem is not None
    assert (problem.line, problem.column) == (line, column)
    assert words in problem.sentence
    assert problem.sentence.endswith(".")


ESCAPES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ label['__class__'] }}",
    "{{ label | attr('__class__') }}",
    "{{ label.format(label) }}",
    "{{ '{0.__class__}'.format(label) }}",
    "{{ '{0.__class__}' % label }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'] }}",
    "{{ _budget }}",
    "{{ label | _spend }}",
    "{{ range.__self__ }}",
    "{{ attributes.items.__self__ }}",
    "{{ loop.__init__ }}",
    "{{ labels | sort(attribute='__class__') | first }}",
    "{{ labels | unique(attribute='__class__') | list | join }}",
    "{{ labels | join(',', '__class__') }}",
    "{{ labels.append('c') }}",
    "{{ attributes.pop('style') }}",
    "{{ label.encode() }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% extends 'x' %}",
    "{% macro f() %}{{ caller() }}{% endmacro %}{{ f() }}",
    "{% set ns = namespace() %}",
    "{% for x in labels recursive %}{{ loop(labels) }}{% endfor %}",
    "{{ label.upper }}",
    "{{ range }}",
    "{{ requirements }}",
    "{{ label.lower(a=1, a=2) }}",
    "{{ label.title.__call__() }}",
]


@pytest.mark.parametrize("template", ESCAPES)
def test_nothing_leads_out_of_the_sandbox(template):
    with pytest.raises(TemplateFailure):
        render(template)
    assert VARIABLES["labels"] == ["a", "b"] * 250
    assert set(VARIABLES["attributes"]) == {"style", "writing mood"}


GREEDY = [
    "{% for a in labels %}{% for b in labels %}{% for c in labels %}{{ text }}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
    "{% for a in range(1000000000) %}x{% endfor %}",
    "{{ range(1000000000) | list | length }}",
    "{% for a in labels %}" * 25 + "{% endfor %}" * 25,
    "{% set x = text %}" + "{% set x = x ~ x %}" * 500 + "{{ x }}",
    "{% set x = labels %}" + "{% set x = [x, x] %}" * 500 + "{{ x }}",
    "{{ " + " ~ ".join(["text"] * 2_500) + " }}",
    "{{ text | replace('t', text) | replace('t', text) }}",
    "{{ text | replace('', text) }}",
    "{{ labels | join(text) }}",
    "{% for a in labels %}" + "{{ text }}" * 1_500 + "{% endfor %}",
    "{{ 'a' * 1000000000 }}",
    "{{ labels * 1000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ 'a'.ljust(1000000000) }}",
    "{{ 'a' | center(1000000000) }}",
    "{{ 1 | round(1000000000, 'ceil') }}",
    "{{ lipsum(1000000) }}",
    "{{ " + "(" * 5_000 + "label" + ")" * 5_000 + " }}",
    "{{ " + "not " * 5_000 + "label }}",
    "{% if label %}" * 400 + "{% endif %}" * 400,
    "{{ label" + "[0]" * 3_000 + " }}",
    "{{ text | int + ('9' * 9) | int }}",
]


@pytest.mark.parametrize("template", GREEDY, ids=range(len(GREEDY)))
def test_no_template_hangs_or_fills_the_memory(template):
    tracemalloc.start()
    try:
        with pytest.raises(TemplateFailure):
            render(template)
        assert tracemalloc.get_traced_memory()[1] < 100e6
    finally:
        tracemalloc.stop()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["{{", "}}", "{%", "%}", " for ", " in ", " if ", "endfor", "endif", " label ", " labels ", " text ", "|",
             "~", " join ", " replace ", "(", ")", "'", ",", " range ", "9999", ".", "__class__", "items", " set ", "=",
             " x ", "[", "]", "-", "+", "%", ":", "\n", "é", "{#", "#}"]
        ),
        max_size=25,
    ).map("".join)
)  # fmt: skip
def test_any_text_renders_or_fails_with_a_sentence(template):
    try:
        assert len(render(template)) <= MAX_PROMPT_CHARACTERS
    except TemplateFailure as failure:
        assert str(failure).endswith(".")


def test_a_failure_while_rendering_names_its_line():
    with pytest.raises(
        TemplateFailure, match=r"Line 3: There is no 'stile' here \(there are: 'style', 'writing mood'\)"
    ) as failure:
        render("a\nb\n{{ attributes.stile }}")
    assert failure.value.problem.line == 3
    with pytest.raises(TemplateFailure, match="Line 1: This is a list, not a text"):
        render("{{ requirements }}")
    with pytest.raises(TemplateFailure, match="Line 2: '\\+' works on numbers only; join texts with ~"):
        render("x\n{{ label + text }}")


@settings(deadline=None)
@given(st.text(max_size=60))
def test_values_are_never_evaluated(value):
    assert render("[{{ value }}]", value=value) == f"[{value}]"


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(900) %}{% for j in range(10) %}{{ long | sort | first }}{% endfor %}{% endfor %}",
        "{% for i in range(900) %}{% for j in range(10) %}{{ long | upper | length }}{% endfor %}{% endfor %}",
        "{% for i in range(900) %}{% for j in range(10) %}{{ long.upper() is string }}{% endfor %}{% endfor %}",
        "{% for i in range(900) %}{% for j in range(10) %}{% if 'z' in long %}{% endif %}{% endfor %}{% endfor %}",
        "{% for i in range(900) %}{% for j in range(10) %}{% if 'z' is in long %}{% endif %}{% endfor %}{% endfor %}",
        "{% for i in range(900) %}{% for j in range(10) %}{% if long[::-1] %}{% endif %}{% endfor %}{% endfor %}",
        "{% for i in range(900) %}{% for j in range(10) %}{% set x = long ~ i %}{% endfor %}{% endfor %}",
        "{% for i in range(1000) %}{% for j in range(1000) %}{% endfor %}{% endfor %}",
        "{% for i in range(1000) %}" + "{% if i %}{% endif %}" * 1_000 + "{% endfor %}",
    ],
)
def test_work_is_counted_whatever_does_it(template):
    with pytest.raises(TemplateFailure, match="do too much"):
        render(template, long="x" * 80_000)


@pytest.mark.parametrize("template", ["{{ '\\ud800' }}", "{{ " + "9" * 5_000 + " }}"])
def test_what_no_template_can_hold_is_said(template):
    problem = check_text(template, list(VARIABLES))
    assert problem is not None
    assert "cannot be read" in problem.sentence
