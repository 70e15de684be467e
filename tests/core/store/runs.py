"""A run put into the store as it is, without a planner, and answers to it."""

from attrprompt.store import NewRun, NewSample, PlannedItem


def add_run(store, project, name="r1", items=5):
    new = NewRun(name, "attrprompt", "tiny", "embedded", "", {"temperature": 1.0}, {}, {}, project.document)
    plan = (PlannedItem(n, ("World",), {"place": f"P{n % 2}"}, f"prompt {n}", None, n) for n in range(items))
    return store.runs.create(project.id, new, plan)


def answer(item, text="Zürich wählt.", **fields):
    return NewSample(item, text, text, ("World",), {"place": f"P{item % 2}"}, prompt=f"prompt {item}", **fields)
