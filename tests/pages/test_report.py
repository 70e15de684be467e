"""The Report page: empty, asked for, and with its file."""

import re

from attrprompt.records import default_comparison
from attrprompt.report.request import make_report
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import run_job
from tests.pages.helpers import read_words


def test_without_a_project_it_says_where_to_open_one(open_page):
    assert "No project is open" in read_words(open_page("report"))


def test_without_texts_it_says_what_will_be_here(open_page, project):
    assert "A report of the texts" in read_words(open_page("report", project))


def test_it_is_made_when_it_is_asked_for_and_then_downloaded(open_page, project, texts, runtime):
    app = open_page("report", project)
    assert app.button(key="report_job_start").label == "Make the report"
    assert "Evaluation: none yet" in read_words(app)
    chosen = default_comparison(runtime.store.datasets.list_all(project.id))
    request = make_report(runtime.store, runtime.home, runtime.store.projects.load(project.id), chosen)
    run_job(request, JobContext(runtime.home))
    app = open_page("report", project)
    assert "The files show texts, prompts" in read_words(app)
    page, archive, markdown = (each.label for each in app.get("download_button"))
    assert re.fullmatch(r"Download the report \([45]\.\d MB\)", page)
    assert (archive.split(" (")[0], markdown.split(" (")[0]) == ("Figures and data", "Markdown")
