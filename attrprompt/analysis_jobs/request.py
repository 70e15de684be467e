"""What an analysis is asked, as data: pages and the command line build it, the job answers it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from attrprompt.analysis.texts.selection import NOT_COUNTED_FLAGS, Review, TextChoice, TextForm
from attrprompt.analysis_jobs.loading import hash_content, hash_counted
from attrprompt.analysis_jobs.result import Analysis
from attrprompt.encoding.encoder import REFERENCE, EncoderSpec
from attrprompt.records import Dataset
from attrprompt.store import Store, StoredProject
from attrprompt.worker.jobs import JobRequest

ENCODER_SETTING = "encoder"
UNHASHED = ("datasets",)  # their contents are hashed; the numbers differ from home to home
EXPLORED = (*UNHASHED, "states")  # for work that looks at the texts that count and at nothing else

KindT = TypeVar("KindT", bound="AnalysisRequest")


class Part(StrEnum):
    """A family of figures."""

    DIVERSITY = "diversity"
    SIMILARITY = "similarity"
    REGIONS = "regions"
    ADHERENCE = "adherence"
    DUPLICATES = "duplicates"


class AnalysisRequest(BaseModel):
    """One question about data sets of one project; each kind of question is a subclass with a job of its own.

    Attributes:
        datasets: their numbers in the store, in the order of comparison.
        contents: a hash of each set's texts that count, so that an answer is found again only for the same texts; with
            adherence also of the project's document, which says what the values of imported texts mean.
        states: a hash of all of each set, its marks and decisions too, whose shares are told with the figures.
        reference: what the regions are compared with.
        reference_csv: the table behind a reference of that name, where it is one of a person's own.
        lexicons: names and tables of a person's own word lists.
        tables: whether figures by label and by attribute value are made too.
        primary_only: only the three figures that carry a verdict, for the Overview page.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    datasets: tuple[int, ...]
    contents: tuple[str, ...]
    states: tuple[str, ...] = ()
    only: tuple[Part, ...]
    text: TextForm = "clean"
    excluded_flags: tuple[str, ...] = NOT_COUNTED_FLAGS
    review: Review = "ignored"
    seed: int = 0
    m: int | None = None
    repeats: int = Field(default=200, ge=2)
    encoder: EncoderSpec = REFERENCE
    threshold: float = Field(default=0.90, gt=0, le=1)
    reference: str = "uniform"
    reference_csv: str = ""
    lexicons: tuple[tuple[str, str], ...] = ()
    rulings: tuple[tuple[str, str, str], ...] = ()
    tables: bool = True
    primary_only: bool = False

    @property
    def choice(self) -> TextChoice:
        """Which texts count."""
        return TextChoice(self.text, self.excluded_flags, self.review)

    @property
    def finds_places(self) -> bool:
        """Whether places are looked for in the texts, which is what rulings change."""
        return True

    def to_payload(self) -> dict[str, Any]:
        """The payload of a job. What changes no answer is left out: tables that are not given, rulings on places that
        nobody looks for.
        """
        payload = self.model_dump(mode="json")
        if not self.finds_places:
            payload["rulings"] = []
        return {key: value for key, value in payload.items() if value or key not in ("reference_csv", "lexicons")}

    @property
    def asks(self) -> str | None:
        """The endpoint that encodes, where one does."""
        return self.encoder.base_url or None

    def ask(self, kind: type[KindT]) -> KindT:
        """Another question about the same texts, with the same choices."""
        return kind(**dict(self))


class AnalyzeRequest(AnalysisRequest, JobRequest[Analysis]):
    """What the figures of data sets are."""

    kind: ClassVar[str] = "analyze"

    @property
    def finds_places(self) -> bool:
        """Only for the figures that are about places."""
        return not {Part.REGIONS, Part.ADHERENCE}.isdisjoint(self.only)


def make_request(
    store: Store, project: StoredProject, datasets: Sequence[Dataset], only: Sequence[Part], **choices: Any
) -> AnalyzeRequest:
    """A request over these data sets as they stand now, with the project's encoder and rulings.

    Raises:
        InputError: a choice cannot be used.
    """
    rulings = tuple(
        sorted((ruling.surface, ruling.country, ruling.continent) for ruling in store.rulings.list_all(project.id))
    )
    request = AnalyzeRequest(
        datasets=tuple(dataset.id for dataset in datasets),
        contents=(),
        states=tuple(hash_content(store, dataset) for dataset in datasets),
        only=tuple(only),
        encoder=encoder_of(project),
        rulings=rulings,
        **choices,
    )
    contents = [hash_counted(store, dataset, request.choice) for dataset in datasets]
    if Part.ADHERENCE in only:
        contents.append(project.document.content_hash)
    return request.model_copy(update={"contents": tuple(contents)})


def make_primary_request(store: Store, project: StoredProject, datasets: Sequence[Dataset]) -> AnalyzeRequest:
    """What the Overview page asks: the figures that carry a verdict, and no table."""
    parts = (Part.DIVERSITY, Part.SIMILARITY, Part.REGIONS)
    return make_request(store, project, datasets, parts, primary_only=True, tables=False)


def encoder_of(project: StoredProject) -> EncoderSpec:
    """The encoder that the project chose, else the reference."""
    chosen = project.settings.get(ENCODER_SETTING)
    return EncoderSpec.model_validate(chosen) if chosen else REFERENCE
