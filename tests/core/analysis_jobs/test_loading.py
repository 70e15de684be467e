"""The form in which texts count: clean, or as they were answered; what a model thought counts in neither."""

from attrprompt.analysis.texts.selection import TextChoice
from attrprompt.analysis_jobs.loading import make_set, read_texts
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample

RAW = "<think>Paris or London?</think>Here is a news article:\n\nThe cup."


def test_thinking_is_no_part_of_a_raw_answer(store, project):
    samples = [NewSample(0, "The cup.", RAW, ("World",), {})]
    dataset = store.datasets.import_rows(project.id, "ours", DatasetKind.SIMPROMPT, samples, info={})
    clean, raw = (
        make_set(dataset, read_texts(store, dataset, choice), choice).texts
        for choice in (TextChoice(), TextChoice(text="raw"))
    )
    assert clean == ["The cup."]
    assert raw == ["Here is a news article:\n\nThe cup."]
