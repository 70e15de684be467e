"""The store: projects with their history, runs, data sets, proposals. The one place with SQL."""

from __future__ import annotations

from pathlib import Path

from attrprompt.store.answers import Answers
from attrprompt.store.batches import Batches
from attrprompt.store.cell_marks import CellMarks
from attrprompt.store.database import Database
from attrprompt.store.datasets import Datasets
from attrprompt.store.jobs import Jobs
from attrprompt.store.people import People
from attrprompt.store.projects import ProjectInfo, Projects, StoredProject
from attrprompt.store.proposals import Proposals
from attrprompt.store.replies import Replies
from attrprompt.store.review import Review
from attrprompt.store.revisions import Revision
from attrprompt.store.rulings import Rulings
from attrprompt.store.runs import Failed, NewRun, PlannedItem, Runs
from attrprompt.store.samples import NewSample, SampleFilter
from attrprompt.store.votes import Votes

__all__ = [
    "Failed",
    "NewRun",
    "NewSample",
    "PlannedItem",
    "ProjectInfo",
    "Revision",
    "SampleFilter",
    "Store",
    "StoredProject",
]


class Store:
    """All tables of one home, by what they hold."""

    def __init__(self, home: Path, database_url: str | None = None) -> None:
        self.home = home
        self._database = Database(home, database_url)
        self.projects = Projects(self._database)
        self.proposals = Proposals(self._database, self.projects)
        self.replies = Replies(self._database)
        self.votes = Votes(self._database)
        self.cell_marks = CellMarks(self._database)
        self.datasets = Datasets(self._database)
        self.runs = Runs(self._database)
        self.batches = Batches(self._database)
        self.review = Review(self._database)
        self.people = People(self._database)
        self.jobs = Jobs(self._database)
        self.rulings = Rulings(self._database)
        self.answers = Answers(self._database)

    def close(self) -> None:
        """Give all connections back."""
        self._database.close()
