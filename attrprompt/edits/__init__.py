"""Edits of a project document: each takes a document and gives a new one, or says in a sentence why it cannot.

An edit changes the fields it is about and nothing else, so that the store's diff is what the person did.
"""

from attrprompt.edits.constraints import delete_constraint, set_constraint
from attrprompt.edits.dimensions import (
    add_dimension,
    delete_dimension,
    describe_switch,
    edit_dimension,
    merge_dimensions,
    reorder_dimensions,
    set_class_dependent,
)
from attrprompt.edits.labels import (
    add_label,
    add_labels,
    delete_label,
    describe_label_deletion,
    edit_label,
    reorder_labels,
)
from attrprompt.edits.lengths import parse_length
from attrprompt.edits.pasting import ValueDraft, clean_line, parse_pasted_values
from attrprompt.edits.tasks import reset_template, set_task, set_template
from attrprompt.edits.values import (
    AddedValues,
    ValueFields,
    add_values,
    copy_values,
    delete_values,
    edit_value,
    edit_values,
    move_values,
    reorder_values,
)

__all__ = [
    "AddedValues",
    "ValueDraft",
    "ValueFields",
    "add_dimension",
    "add_label",
    "add_labels",
    "add_values",
    "clean_line",
    "copy_values",
    "delete_constraint",
    "delete_dimension",
    "delete_label",
    "delete_values",
    "describe_label_deletion",
    "describe_switch",
    "edit_dimension",
    "edit_label",
    "edit_value",
    "edit_values",
    "merge_dimensions",
    "move_values",
    "parse_length",
    "parse_pasted_values",
    "reorder_dimensions",
    "reorder_labels",
    "reorder_values",
    "reset_template",
    "set_class_dependent",
    "set_constraint",
    "set_task",
    "set_template",
]
