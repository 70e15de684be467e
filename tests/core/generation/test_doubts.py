"""What is doubtful about a text is flagged, and an ordinary text is not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attrprompt.generation.asked_text import AskedText
from attrprompt.generation.doubts import find_doubts
from attrprompt.generation.postprocess import process_answer
from attrprompt.records import Flag

TEXT = "The home side won the cup after extra time, and thousands sang in the rain."
OTHER = "The visitors had led since the tenth minute and missed a penalty before the break."
ASKED = AskedText(
    kind="news article",
    labels=("World", "World affairs", "Sports", "Business", "Sci_Tech", "Science and technology"),
    attributes={"subtopic": "a cup final", "story_area": "Oslo"},
    prompt="Write a short news article about sports.",
)


def flags_of(text, asked=ASKED):
    return set(find_doubts(text, asked))


@pytest.mark.parametrize(
    "text",
    [
        f"Okay, the user wants me to write a news article about a cup final. {TEXT}",
        f"Okay, so the user asked for a short article.\n\n{TEXT}",
        f"The user wants a news article. {TEXT}",
        f"We need to write a short news article. {TEXT}",
        f"Alright, let me think about this. {TEXT}",
        f"Hmm, I need to write about sports. {TEXT}",
        f"First, I should consider the length. {TEXT}",
        f"So the task is to write an article. {TEXT}",
        f"Let me draft this.\n\n{TEXT}",
        f"Thinking:\nShort, about a cup.\n\n{TEXT}",
        f"I was asked to write an article. {TEXT}",
        f"Thought: It should be short.\nAnswer: {TEXT}",
        f"{TEXT} <think> Is that short enough?",
        f"{TEXT}\n<|channel|>commentary",
    ],
)
def test_thinking_that_could_not_be_told_apart_is_flagged(text):
    assert Flag.THINKING in flags_of(text)


@pytest.mark.parametrize(
    "text",
    [
        f"Example 1: {TEXT}\n\nExample 2: {OTHER}",
        f"Example 1: {TEXT} Example 2: {OTHER}",
        f"**Article 1**\n{TEXT}\n\n**Article 2**\n{OTHER}",
        f"News article 1: {TEXT}\nNews article 2: {OTHER}",
        f"Option 1.\n{TEXT}\nOption 2.\n{OTHER}",
        f"1. {TEXT}\n2. {OTHER}",
        f"1) {TEXT}\n\n2) {OTHER}",
        f"1. {TEXT} 2. {OTHER}",
        f"{TEXT}\n\n---\n\n{OTHER}",
        f"Text: {TEXT}\n\nText: {OTHER}",
        f'[{{"text": "{TEXT}"}}, {{"text": "{OTHER}"}}]',
        f'["{TEXT}", "{OTHER}"]',
        f'{{"text": "{TEXT}"}}\n{{"text": "{OTHER}"}}',
    ],
)
def test_several_texts_in_one_are_flagged(text):
    assert Flag.SEVERAL_TEXTS in flags_of(text)


@pytest.mark.parametrize(
    "slot",
    [
        "[City Name]",
        "[city]",
        "[Your Name]",
        "[Insert date here]",
        "[NAME]",
        "[Company]",
        "[Team A's Coach]",
        "[Month Day, Year]",
        "[story_area]",
        "[Story Area]",
        "{city_name}",
        "{{location}}",
        "{Name}",
        "<City Name>",
        "<insert name>",
        "${name}",
        "____",
        "(insert name)",
        "Lorem ipsum",
    ],
)
def test_what_was_left_to_be_filled_in_is_flagged(slot):
    assert Flag.PLACEHOLDER in flags_of(f"The home side of {slot} won the cup after extra time.")


@pytest.mark.parametrize(
    "text",
    [
        f"{TEXT} Category: Sports",
        f"{TEXT}\n\nThe label is “Sports”.",
        f"{TEXT} (Sports)",
        f"[Sports] {TEXT}",
        f"Sports: {TEXT}",
        f"SPORTS - {TEXT}",
        f"Sports\n\n{TEXT}",
        f"Sports News:\n{TEXT}",
        f"{TEXT}\n\n#Sports #Cup",
        f"{TEXT}\n\n#ScienceAndTechnology",
        f"This Sci_Tech story matters. {TEXT}",
        f"{TEXT} This text is classified as Business.",
        f"{TEXT} Label: Business",
        f"This is a sports article. {TEXT}",
        f"{TEXT} It falls into the category of World affairs.",
        f"{TEXT} Topic: Science and Technology, cups",
    ],
)
def test_a_label_that_stands_in_a_text_as_a_label_is_flagged(text):
    assert Flag.NAMES_LABEL in flags_of(text)


def test_labels_of_one_sign_are_flagged_only_where_they_are_called_one():
    asked = AskedText(labels=("1", "5", "C"))
    assert flags_of("Five stars (5) for plan C.", asked) == set()
    assert flags_of("Good. Label: 5", asked) == {Flag.NAMES_LABEL}


@pytest.mark.parametrize(
    "text",
    [
        f"{TEXT}\n\nHope this helps!",
        f"{TEXT}\n\nNote: scores may change.",
        f"Here is what happened:\n\n{TEXT}",
        f'{{"headline": "Cup", "lead": "{TEXT}", "rest": "{OTHER}"}}',
        f"{TEXT}\n```\n{OTHER}",
        f"{TEXT}\nUser: Another one.",
        f"{TEXT} (98 words) {OTHER}",
        f"Title: Cup\nLead: {TEXT}\nBody:\n{OTHER}",
        f"<|im_start|> {TEXT}",
        f"{TEXT} As per your request, it is short.",
    ],
)
def test_what_may_be_left_of_a_wrapper_is_flagged(text):
    assert Flag.WRAPPER in flags_of(text)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"{TEXT}\n\n{OTHER}",
        "Business in the world of sports is good business, says a new category of investors.",
        "World-class athletes meet in the business district of Oslo.",
        "The user interface is new; users want more.",
        "First, I have to say that I love this blender. Well, I have owned three.",
        "So I need a new one, and let me say it: the old one was better.",
        "“We [the club] never gave up,” he told [sic] the Times [1].",
        "The <b>best</b> cup and a <title>.",
        "He scored in the 1. Bundesliga and in 2. Bundesliga.",
        "Version 2.0 follows version 1.1 of the software.",
        "The report of 500 words names three reasons: price, time and luck.",
        "Users say: it works. Human: a short history of us.",
        "Prices {as of May} rose.",
        "The winners (see the table) were World Cup holders.",
        "",
    ],
)
def test_an_ordinary_text_has_no_flag(text):
    assert flags_of(text) == set()


def test_a_task_that_wants_a_list_gets_one():
    steps = "1. Peel and slice the onions.\n2. Fry them until they are golden."
    assert flags_of(steps, AskedText(kind="recipe")) == set()
    assert flags_of(steps, AskedText(kind="tip", prompt="List the steps.")) == set()
    assert flags_of(steps) == {Flag.SEVERAL_TEXTS}


def test_a_letter_may_offer_help():
    letter = "Dear Ann,\n\nthe room is booked. Let me know if you have questions."
    assert flags_of(letter, AskedText(kind="e-mail")) == set()
    assert flags_of(letter) == {Flag.WRAPPER}


@pytest.mark.parametrize(
    ("answer", "text", "flags"),
    [
        (f"Category: Sports\nText: {TEXT}", TEXT, ()),
        (f"Sure! Here's one:\n\n[Sports] {TEXT}", f"[Sports] {TEXT}", (Flag.NAMES_LABEL,)),
        ("I'm sorry, but I can't write that.", "I'm sorry, but I can't write that.", (Flag.REFUSAL,)),
        ("  \n", "", (Flag.EMPTY,)),
    ],
)
def test_an_answer_becomes_a_text_with_its_flags(answer, text, flags):
    processed = process_answer(answer, finish_reason="stop", refused=False, length=None, asked=ASKED)
    assert (processed.text, processed.flags) == (text, flags)


@given(st.text(max_size=300))
def test_any_text_has_each_flag_once_at_most(text):
    flags = list(find_doubts(text, ASKED))
    assert len(flags) == len(set(flags))


@pytest.mark.parametrize(
    "piece", ["\n", " ", "*", "(", "[", "{", "<", "_", "1. ", "Text: x\n", "Category: ", "Sports ", "-" * 3 + "\n"]
)
def test_a_long_text_of_one_piece_is_read_in_no_time(piece):
    began = time.monotonic()
    list(find_doubts(piece * (60_000 // len(piece)) + "end", ASKED))
    assert time.monotonic() - began < 10
