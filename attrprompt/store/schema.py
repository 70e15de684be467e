"""The tables. Portable SQL only: JSON is read whole and never queried into, order is by integers."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

_number = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows itself for INTEGER keys only


_json_or_null = JSON(none_as_null=True)  # otherwise None is written as the JSON text `null`


def _project_key() -> Column[str]:
    return Column("project_id", String(32), ForeignKey("project.id", ondelete="CASCADE"), nullable=False)


def _dataset_key(*, primary_key: bool = False) -> Column[int]:
    key = ForeignKey("dataset.id", ondelete="CASCADE")
    return Column("dataset_id", _number, key, nullable=False, primary_key=primary_key)


schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

setting = Table("setting", metadata, Column("key", String(200), primary_key=True), Column("value", JSON))

person = Table(
    "person",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("seen", Float, nullable=False),
)

project = Table(
    "project",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("folded", String(200), nullable=False, unique=True),
    Column("owner", String(200), nullable=False),
    Column("head_revision", Integer, nullable=False),
    Column("document", JSON, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("settings", JSON, nullable=False),
    Column("created", Float, nullable=False),
    Column("changed", Float, nullable=False),
)

revision = Table(
    "revision",
    metadata,
    Column("project_id", String(32), ForeignKey("project.id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("source", String(200), nullable=False),
    Column("summary", Text, nullable=False),
    Column("patch", JSON, nullable=False),
    Column("inverse_patch", JSON, nullable=False),
    Column("target", Integer),
    Column("snapshot", _json_or_null),
    Column("at", Float, nullable=False),
)

proposal = Table(
    "proposal",
    metadata,
    Column("id", _number, primary_key=True, autoincrement=True),
    _project_key(),
    Column("kind", String(16), nullable=False),
    Column("dimension_id", String(32), nullable=False),
    Column("label_id", String(32), nullable=False),
    Column("folded", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("maker", String(200), nullable=False),
    Column("batch", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("note", Text, nullable=False),
    Column("decided_by", String(200), nullable=False),
    Column("decided_at", Float),
    Column("created", Float, nullable=False),
    Index("proposal_by_cell", "project_id", "kind", "dimension_id", "label_id", "status"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", _number, primary_key=True, autoincrement=True),
    _project_key(),
    Column("proposal_id", _number, ForeignKey("proposal.id", ondelete="CASCADE"), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("old", JSON, nullable=False),
    Column("new", JSON, nullable=False),
    Column("revision", Integer),
    Column("undone", Boolean, nullable=False),
    Column("at", Float, nullable=False),
    Index("decision_by_person", "project_id", "actor", "id"),
)

vote = Table(
    "vote",
    metadata,
    Column("proposal_id", _number, ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True),
    Column("actor", String(200), primary_key=True),
    _project_key(),
    Column("verdict", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("finished", Boolean, nullable=False),
    Column("at", Float, nullable=False),
)

reply = Table(
    "reply",
    metadata,
    Column("id", _number, primary_key=True, autoincrement=True),
    _project_key(),
    Column("purpose", String(64), nullable=False),
    Column("prompt", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("model", String(200), nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("at", Float, nullable=False),
)

cell_mark = Table(
    "cell_mark",
    metadata,
    Column("project_id", String(32), ForeignKey("project.id", ondelete="CASCADE"), primary_key=True),
    Column("label_id", String(32), primary_key=True),
    Column("dimension_id", String(32), primary_key=True),
    Column("actor", String(200), nullable=False),
    Column("at", Float, nullable=False),
)

dataset = Table(
    "dataset",
    metadata,
    Column("id", _number, primary_key=True, autoincrement=True),
    _project_key(),
    Column("name", String(200), nullable=False),
    Column("folded", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("created", Float, nullable=False),
    Column("info", JSON, nullable=False),
    UniqueConstraint("project_id", "folded"),
)

run = Table(
    "run",
    metadata,
    _dataset_key(primary_key=True),
    Column("state", String(24), nullable=False),
    Column("reason", Text, nullable=False),
    Column("wanted_state", String(16), nullable=False),
    Column("method", String(16), nullable=False),
    Column("model", String(200), nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("api_key_env", String(200), nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("limits", JSON, nullable=False),
    Column("options", JSON, nullable=False),
    Column("document", JSON, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("planned", Integer, nullable=False),
    Column("completed", Integer, nullable=False),
    Column("failed", JSON, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("maybe_billed_twice", Integer, nullable=False),
    Column("in_flight", Integer, nullable=False),
    Column("owner", Integer),
    Column("started", Float),
    Column("finished", Float),
)

plan_item = Table(
    "plan_item",
    metadata,
    _dataset_key(primary_key=True),
    Column("item", Integer, primary_key=True),
    Column("labels", JSON, nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("messages", _json_or_null),
    Column("seed", Integer, nullable=False),
)

batch = Table(
    "batch",
    metadata,
    Column("id", _number, primary_key=True, autoincrement=True),
    _dataset_key(),
    Column("name", String(300), nullable=False),
    Column("state", String(16), nullable=False),
    Column("requests", Integer, nullable=False),
    Column("file_id", String(200), nullable=False),
    Column("remote_id", String(200), nullable=False),
    Column("remote_state", String(32), nullable=False),
    Column("done", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("changed", Float, nullable=False),
    Index("batch_by_run", "dataset_id"),
)

waiting_item = Table(
    "waiting_item",
    metadata,
    _dataset_key(primary_key=True),
    Column("item", Integer, primary_key=True),
    Column("batch_id", _number, ForeignKey("batch.id", ondelete="CASCADE"), nullable=False),
    Index("waiting_item_by_batch", "batch_id"),
)

failure = Table(
    "failure",
    metadata,
    _dataset_key(primary_key=True),
    Column("item", Integer, primary_key=True),
    Column("reason", String(24), nullable=False),
    Column("message", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", Float, nullable=False),
)

sample = Table(
    "sample",
    metadata,
    Column("id", _number, primary_key=True, autoincrement=True),
    _dataset_key(),
    Column("item", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("labels", JSON, nullable=False),
    Column("asked_labels", JSON, nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("messages", _json_or_null),
    Column("model", String(200), nullable=False),
    Column("parameters", _json_or_null),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("request_id", String(200), nullable=False),
    Column("created", Float, nullable=False),
    Column("status", String(16), nullable=False),
    Column("flags", JSON, nullable=False),
    Column("edited", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("reviewed_by", String(200), nullable=False),
    Column("reviewed_at", Float),
    Column("revision", Integer, nullable=False),
    Column("extra", _json_or_null),
    UniqueConstraint("dataset_id", "item"),
    Index("sample_by_status", "dataset_id", "status", "item"),
)

facet = Table(
    "facet",
    metadata,
    _dataset_key(primary_key=True),
    Column("name", String(220), primary_key=True),
    Column("value", Text, primary_key=True),
    Column("item", Integer, primary_key=True),
)

review_event = Table(
    "review_event",
    metadata,
    Column("id", _number, primary_key=True, autoincrement=True),
    _dataset_key(),
    Column("step", _number, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("item", Integer, nullable=False),
    Column("field", String(24), nullable=False),
    Column("old", _json_or_null),
    Column("new", _json_or_null),
    Column("actor", String(200), nullable=False),
    Column("target", _number),
    Column("at", Float, nullable=False),
    Index("review_event_by_person", "dataset_id", "actor", "step"),
)

job = Table(
    "job",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("input_hash", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("progress", Float, nullable=False),
    Column("message", Text, nullable=False),
    Column("result_path", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("changed", Float, nullable=False),
    Index("job_by_input", "input_hash"),
)

ruling = Table(
    "ruling",
    metadata,
    Column("project_id", String(32), ForeignKey("project.id", ondelete="CASCADE"), primary_key=True),
    Column("surface", String(200), primary_key=True),
    Column("country", String(8), nullable=False),
    Column("continent", String(32), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("at", Float, nullable=False),
)

gold_use = Table(
    "gold_use",
    metadata,
    Column("project_id", String(32), ForeignKey("project.id", ondelete="CASCADE"), primary_key=True),
    Column("text_hash", String(64), primary_key=True),
    Column("run", String(200), primary_key=True),
    Column("at", Float, nullable=False),
)

zero_shot_answer = Table(
    "zero_shot_answer",
    metadata,
    Column("project_id", String(32), ForeignKey("project.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("model", String(200), nullable=False),
    Column("raw", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("at", Float, nullable=False),
)
