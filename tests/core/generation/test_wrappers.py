"""What a model puts around a text is taken off where it cannot be part of the text, and the text is left alone."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attrprompt.generation.asked_text import AskedText
from attrprompt.generation.wrappers import strip_wrapper

TEXT = "The home side won the cup after extra time, and thousands sang in the rain."
LONGER = f"{TEXT}\n\nTheir coach had seen it coming: “We knew,” he said."
ASKED = AskedText(
    kind="news article",
    labels=("World", "World affairs", "Sports", "Sci_Tech", "Science and technology"),
    attributes={"subtopic": "a cup final", "length": "30 to 50 words"},
    prompt="Write a short news article about sports. It is 30 to 50 words long.",
)
FRAMES = [
    "Sure! Here's a short article:\n\n{}",
    "Sure, here is a news article about a cup final: {}",
    "Certainly! Below is a news article on Star Cup: The Final:\n\n{}",
    "Here is the article you asked for:\n{}",
    "Here’s a 40-word news article about sports:\n\n---\n\n{}\n\n---",
    "Okay, here's a sample text:\n\n{}",
    "Of course! I'd be happy to help. Here is one:\n\n{}",
    "Certainly! I can write that for you.\n\n{}",
    "Sure!\n\n{}",
    "Hier ist ein Artikel:\n\n{}",
    "{}\n\nLet me know if you'd like any changes!",
    "{} Let me know if you'd like me to adjust the tone.",
    "{}\n\nI hope this helps! Feel free to ask for more.",
    "{}\n\nWould you like me to write another one?",
    "{}\n\n(Note: This article is fictional and was written for illustration.)",
    "{}\n\n*Note: the names are placeholders.*",
    "{}\n\n[End of article]",
    "{} (14 words)",
    "{}\n\n(Word count: 14)",
    "{}\n\nWord count: 14",
    "{}\n\n**Word Count:** 14 words",
    "{}\n[14 words]",
    "Category: Sports\nText: {}",
    "Category: Sports\n\n{}",
    "**Category:** Sports\n**Text:** {}",
    "Label: Sports. {}",
    "Category: Sports Text: {}",
    "Topic: Science and technology\nSubtopic: a cup final\n\n{}",
    "Category: Football\nLength: 40 words\nText:\n{}",
    "Subtopic: a cup final\nLength: 30 to 50 words\n\n{}",
    "{}\n\nCategory: Sports",
    "{}\nLabels: World, Sports",
    "Assistant: {}",
    "**Assistant:** {}",
    "News article: {}",
    "**Article:**\n\n{}",
    "Text:\n{}",
    "Example 1: {}",
    "**Title: Local Side Wins Cup**\n\n{}",
    "Title: Local Side Wins Cup\n\n{}",
    "Headline: Local Side Wins Cup\n{}",
    "# Local Side Wins Cup\n\n{}",
    "**Local Side Wins Cup**\n\n{}",
    "Title: Local Side Wins Cup\nText: {}",
    "```\n{}\n```",
    "```text\n{}\n```",
    "```\n{}",
    "<text>\n{}\n</text>",
    "“{}”",
    '"{}"',
    "**{}**",
    "Sure! Here's a short article:\n\n**Title: Cup**\n\n{}\n\n---\n\nLet me know if you'd like any changes!",
    "(14 words) {}",
    "*{}*",
    "<p>{}</p>",
    "Certainly! {}",
    "Absolutely! Here you go:\n\n{}",
    "Write a short news article about sports. It is 30 to 50 words long.\n\n{}",
    "### Instruction:\nWrite.\n### Response:\n{}",
    "[INST] Write. [/INST] {}",
    "Assistant: {}\nUser: Another one.",
    "Prompt: Write a short text.\nArticle: {}",
    "Category - Sports\nText - {}",
    "Label = Sports\nText = {}",
    "[Article]\n{}",
    "{}\n\nEND",
    "Assistant: Sure, here is a news article:\n\n```\nCategory: Sports\nText: {}\n```\n\n(14 words)",
]


ONE_LINE = ("“{}”", "**{}**", "*{}*")


@pytest.mark.parametrize("frame", FRAMES)
def test_a_wrapper_is_taken_off(frame):
    assert strip_wrapper(frame.replace("{}", TEXT), ASKED) == TEXT


@pytest.mark.parametrize("frame", [frame for frame in FRAMES if frame not in ONE_LINE])
def test_a_text_of_several_paragraphs_stays_whole(frame):
    assert strip_wrapper(frame.replace("{}", LONGER), ASKED) == LONGER


@pytest.mark.parametrize(
    "given",
    [
        {"text": TEXT, "label": "Sports"},
        {"label": "Sports", "text": TEXT},
        {"category": "Sports", "news_article": TEXT},
        {"title": "Local Side Wins Cup", "content": TEXT},
        {"article": {"headline": "Local Side Wins Cup", "body": TEXT}},
        {"Sports": TEXT},
        {"label": "Sports", "passage": TEXT, "length": 14},
        [{"text": TEXT}],
        [TEXT],
    ],
)
@pytest.mark.parametrize(
    "frame", ["{}", "```json\n{}\n```", "Here is the JSON:\n\n{}", "Sure! Here you go:\n```json\n{}\n```"]
)
def test_the_text_is_taken_out_of_json(given, frame):
    assert strip_wrapper(frame.replace("{}", json.dumps(given)), ASKED) == TEXT


def test_json_that_is_broken_or_cut_short_gives_its_text_too():
    assert strip_wrapper('{"label": "Sports", "text": "The home side won the cu', ASKED) == "The home side won the cu"
    assert strip_wrapper("{'text': 'The home side won.',}", ASKED) == "The home side won."
    assert strip_wrapper('{"text": "One line.\nAnother line."}', ASKED) == "One line.\nAnother line."
    assert strip_wrapper('"She said \\"no\\"."', ASKED) == 'She said "no".'


@pytest.mark.parametrize(
    "given", ['{"a": 1}', "{}", "[]", '{"text": ""}', '[{"text": "One."}, {"text": "Two."}]', "{" * 900]
)
def test_json_without_one_text_stays_as_it_is(given):
    assert strip_wrapper(given, ASKED) == given


@pytest.mark.parametrize("wish", ["Give it a title.", "Begin with a headline.", "Write a headline and two sentences."])
def test_a_title_stays_where_the_task_wants_one(wish):
    asked = AskedText(kind="news article", prompt=f"Write a news article. {wish}")
    for title in ("**Title: Local Side Wins Cup**\n\n", "# Local Side Wins Cup\n", "Headline: Local Side Wins Cup\n"):
        assert strip_wrapper(title + TEXT, asked) == f"Local Side Wins Cup\n\n{TEXT}"
    given = json.dumps({"title": "Local Side Wins Cup", "text": TEXT})
    assert strip_wrapper(given, asked) == f"Local Side Wins Cup\n\n{TEXT}"


def test_a_title_goes_where_the_task_forbids_one_or_is_all_that_there_is():
    asked = AskedText(kind="news article", prompt="Write a news article without a title.")
    assert strip_wrapper(f"Title: Local Side Wins Cup\n\n{TEXT}", asked) == TEXT
    assert strip_wrapper("Title: Local Side Wins Cup", asked) == "Local Side Wins Cup"


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        LONGER,
        "Here is the thing about football: it never ends.",
        "This is what he said: “We knew.”",
        "Here are the results: two wins, one draw.",
        "Sure, it rained.\nBut nobody left.",
        "Certainly, the best cup of all. Here they stood for hours.",
        "Great!\nThe fans loved it.",
        "Sports: a mirror of the world",
        "Model: the XC-90 has room for seven.",
        "The story has 500 words.",
        "He wrote: “Let me know if you need a lift.”",
        "Note: prices rose again in May.\nBread costs twice as much.",
        "Topic of the day: rain\nIt fell for hours.",
        "1. FC Köln won again.",
        '"No," he said, "never."',
        "A list:\n- one\n- two\n\nAnd the rest.",
        "**Breaking:** the dam holds.",
        "[Update] The dam holds.",
        "{The dam} holds.",
    ],
)
def test_a_text_that_only_looks_like_a_wrapper_is_left_alone(text):
    assert strip_wrapper(text, ASKED) == text


def test_a_letter_keeps_what_a_letter_has():
    asked = AskedText(kind="e-mail", prompt="Write an e-mail to a colleague.")
    letter = "Subject: Friday\n\nDear Ann,\n\nThe room is booked.\n\nLet me know if you have any questions."
    assert strip_wrapper(letter, asked) == letter
    assert strip_wrapper(f"Sure! Here's the e-mail:\n\n{letter}", asked) == letter
    review = "Works as it should.\n\nI hope this helps."
    assert strip_wrapper(review, AskedText(kind="product review")) == review


def test_a_task_that_wants_code_keeps_its_marks():
    asked = AskedText(kind="JSON document", prompt="Write a JSON document about a cup.")
    written = '{"title": "Cup", "text": "The home side won."}'
    assert strip_wrapper(f"Here is the JSON document:\n\n```json\n{written}\n```", asked) == written


@given(st.text(max_size=400))
def test_taking_off_ends_and_only_shortens(text):
    once = strip_wrapper(text, ASKED)
    assert len(once) <= len(text)
    assert strip_wrapper(once, ASKED) == once
    assert bool(once) == bool(text.strip())


@given(st.lists(st.sampled_from(FRAMES), max_size=3))
def test_wrappers_within_wrappers_are_all_taken_off_or_the_text_is_whole_at_least(frames):
    answer = TEXT
    for frame in frames:
        answer = frame.replace("{}", answer)
    assert TEXT[:-1] in strip_wrapper(answer, ASKED)


@pytest.mark.parametrize(
    "piece", ["\n", " ", "*", "(", "#", "`", '"', "Title: x\n", "- ", "Category: Sports\n", "a. ", "[", "{"]
)
def test_a_long_answer_of_one_piece_takes_no_time(piece):
    began = time.monotonic()
    strip_wrapper(piece * (60_000 // len(piece)) + "end", ASKED)
    assert time.monotonic() - began < 10
