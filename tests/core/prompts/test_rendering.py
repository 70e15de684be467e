from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.errors import InputError
from attrprompt.presets import list_presets, load_preset
from attrprompt.project import Method, parse_project
from attrprompt.prompts.rendering import (
    DEFAULT_TEMPLATES,
    VARIABLES,
    PromptRenderer,
    check_template,
    find_value_spans,
    template_for,
)
from tests.core.sampling.strategies import make_project


def small(templates=None, **task):
    return parse_project(
        {
            "task": {"text": "news article", "domain": "news", "source": "a news agency", **task},
            "labels": {
                "w": {"name": "world_news", "similar": ["b"], "description": "All about states.", "order": 0},
                "b": {"name": "business", "display": "Business & trade", "order": 1},
            },
            "dimensions": {
                "st": {
                    "name": "style",
                    "clause": "Write it as {value}, please.",
                    "values": {"x": {"text": "an op-ed", "description": "takes a side."}, "y": {"text": "a report"}},
                    "order": 1,
                },
                "pl": {"name": "writing_place", "values": {"x": {"text": "Fiji"}}, "order": 0},
            },
            "templates": templates or {},
        }
    )


def test_the_default_attrprompt_states_its_requirements_in_the_documents_order():
    prompt = PromptRenderer(small(), Method.ATTRPROMPT).render(["w"], {"pl": ("x",), "st": ("x",)})
    assert prompt == (
        'Write one news article of the category "world news", as it could appear in a news agency. '
        "It meets these requirements:\n"
        "1. The writing place should be Fiji.\n"
        "2. Write it as an op-ed (takes a side), please.\n"
        "It is clearly about world news, and not about Business & trade.\n"
        "Reply with the news article only."
    )


def test_the_default_simprompt_names_only_the_class():
    prompt = PromptRenderer(small(source=""), Method.SIMPROMPT).render(["b"])
    assert prompt == 'Write one news article of the category "Business & trade".\nReply with the news article only.'


def test_several_labels_are_named_together_and_are_not_excluded():
    prompt = PromptRenderer(small(), Method.ATTRPROMPT).render(["w", "b"], {"st": ("x", "y")})
    assert "that belongs to these categories: world news, Business & trade" in prompt
    assert "an op-ed (takes a side) and a report" in prompt
    assert "not about" not in prompt


def test_every_variable_can_be_used():
    text = "|".join(
        f"{{{{ {name} | join('+') }}}}"
        if name in ("labels", "requirements", "similar", "attributes")
        else f"{{{{ {name} }}}}"
        for name in VARIABLES
    )
    project = small({"attrprompt": {"text": text, "system": "You write {{ domain }}."}}, description="Sort news.")
    renderer = PromptRenderer(project, Method.ATTRPROMPT)
    assert renderer.render(["w"], {"st": ("y",)}) == (
        "world news|world news|news article|news|a news agency|Sort news.|All about states.|"
        "Write it as a report, please.|Business & trade|style"
    )
    assert renderer.render_system(["w"]) == "You write news."


@settings(deadline=None)
@given(st.text(min_size=1, max_size=40).filter(lambda text: text.strip()), st.text(max_size=20))
def test_braces_in_texts_and_clauses_mean_nothing(text, clause):
    data = small().to_data()
    data["dimensions"]["st"]["values"]["x"] = {"text": text}
    data["dimensions"]["st"]["clause"] = f"{clause} {{value}} {{0.__class__}} {{{{ label }}}} %s"
    data["templates"] = {"attrprompt": {"text": ">{{ requirements[0] }}<"}}
    project = parse_project(data)
    prompt = PromptRenderer(project, Method.ATTRPROMPT).render(["w"], {"st": ("x",)})
    expected = project.dimensions["st"].prompt_clause.replace("{value}", text.strip())
    assert prompt == f">{expected}<"


def test_values_with_the_same_id_in_two_dimensions_keep_apart():
    project = make_project([2, 2])
    prompt = PromptRenderer(project, Method.ATTRPROMPT).render(["a"], {"d0": ("v1",), "d1": ("v1",)})
    assert "value 0.1" in prompt
    assert "value 1.1" in prompt


@pytest.mark.parametrize("preset", [info.name for info in list_presets()])
@pytest.mark.parametrize("method", list(Method))
def test_the_templates_of_every_preset_are_good(preset, method):
    project = load_preset(preset)
    template = template_for(project, method)
    assert check_template(template.text, method=method, project=project) is None


@pytest.mark.parametrize("method", list(Method))
def test_the_default_templates_are_good(method):
    assert check_template(DEFAULT_TEMPLATES[method].text, method=method, project=small()) is None


def test_the_check_tries_the_template_on_the_project():
    problem = check_template("a\n{{ attributes.stile }}", project=small())
    assert problem is not None
    assert (problem.line, "'stile'" in problem.sentence, "'style'" in problem.sentence) == (2, True, True)
    assert check_template("{{ attributes.stile }}") is None


@pytest.mark.parametrize(
    ("text", "method", "words"),
    [
        ("{{ count }}", Method.ATTRPROMPT, "no variable 'count'"),
        ("{{ lable }}", Method.SIMPROMPT, "The variables are: label, labels, text, domain, source, description"),
    ],
)
def test_the_check_names_the_problem(text, method, words):
    assert words in check_template(text, method=method).sentence


def test_a_template_of_which_nothing_comes_is_refused():
    template = {"text": "{% if false %}x{% endif %}"}
    assert check_template("") is None  # a system message may be empty
    assert "empty" in check_template(template["text"], project=small()).sentence
    with pytest.raises(InputError, match="The prompt is empty"):
        PromptRenderer(small({"simprompt": template}), Method.SIMPROMPT).render(["w"])


def test_count_is_known_to_metaprompt():
    assert check_template("Write {{ count }} prompts.", method=Method.METAPROMPT) is None
    assert "Write 7 different prompts" in PromptRenderer(small(), Method.METAPROMPT).render(["w"], count=7)


def test_a_renderer_with_a_bad_template_says_whose_it_is():
    with pytest.raises(InputError, match=r"The template of SimPrompt has a problem. Line 1: There is no variable 'x'"):
        PromptRenderer(small({"simprompt": {"text": "{{ x }}"}}), Method.SIMPROMPT)


def test_spans_mark_whole_values_in_any_case():
    prompt = "A report from FIJI, not from Fijian sources: a report in depth."
    spans = find_value_spans(prompt, {"place": "Fiji", "style": "a report", "depth": "a report in depth"})
    assert [(prompt[start:end], name) for start, end, name in spans] == [
        ("A report", "style"),
        ("FIJI", "place"),
        ("a report in depth", "depth"),
    ]


def test_spans_find_each_of_several_joined_values():
    spans = find_value_spans("It uses beam search and optical flow.", {"technique": "beam search; optical flow"})
    assert [(start, end) for start, end, _ in spans] == [(8, 19), (24, 36)]


@settings(deadline=None)
@given(st.text(max_size=80), st.dictionaries(st.text(max_size=5), st.text(max_size=6), max_size=4))
def test_spans_never_overlap(prompt, attributes):
    spans = find_value_spans(prompt, attributes)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert all(0 <= start < end <= len(prompt) for start, end, _ in spans)
