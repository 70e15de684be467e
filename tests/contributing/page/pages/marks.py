"""The Marks page: how many texts of each data set carry which mark."""

from __future__ import annotations

from components.kit.datasets import choose_datasets
from components.kit.frame import open_project_page
from components.marks.counts import draw_counts

page = open_project_page("Marks", "Which texts carry a mark, and how many?")
datasets = choose_datasets(page, key="marks", what="The marks on texts are counted here.")

store = page.runtime.store
draw_counts({each.name: store.datasets.count_flags(each.id) for each in datasets})
