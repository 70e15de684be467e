"""Prompt templates: a small, safe part of Jinja, checked before it runs.

A template may be written by anybody who can edit a project, and it runs in the server. So it is read with an allow
list (output, if, for, set, the filters below, `attributes.items()`), runs in Jinja's sandbox, and has a budget of
work and of characters: it can neither reach Python's objects nor hang the app nor fill its memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Any

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    Undefined,
    nodes,
    pass_context,
)
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer

from attrprompt.errors import InputError
from attrprompt.records import make_storable

MAX_PROMPT_CHARACTERS = 100_000
MAX_WORK = 1_000_000
"""Of one rendering: a part of a loop that is run, and a character or item that is looked at, counts one, about 1 µs."""

MAX_RANGE = 1_000
MAX_NESTING = 60
MAX_LOOPS_INSIDE = 3

PLAIN_FILTERS = (
    "capitalize", "count", "d", "default", "first", "int", "last", "length", "list", "lower", "sort", "string", "title",
    "trim", "unique", "upper", "wordcount",
)  # fmt: skip
FILTER_NAMES = (*PLAIN_FILTERS, "join", "replace", "reverse")
METHODS = frozenset({"items", "keys", "values", "get", "lower", "upper", "strip", "title", "startswith", "endswith"})
TESTS = frozenset({"defined", "undefined", "none", "string", "number", "odd", "even", "in", "eq", "ne", "gt", "lt"})
BUDGET = "_budget"


@dataclass(frozen=True)
class TemplateProblem:
    """What is wrong with a template; lines and columns count from 1."""

    sentence: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return f"Line {self.line}: {self.sentence}" if self.line else self.sentence


class _Refused(Exception):
    def __init__(self, sentence: str, line: int | None = None, word: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.line, self.word = sentence, line, word


_KINDS = {str: "text", list: "list", int: "number", float: "number"}


class _Missing(StrictUndefined):
    """A name that a template uses and that is not there, as a person would say it."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        owner, name = self._undefined_obj, self._undefined_name
        if isinstance(owner, dict):
            there = ", ".join(f"'{key}'" for key in owner) or "none"
            return f"there is no '{name}' here (there are: {there}); guard it with {{% if … is defined %}}"
        if owner is missing:
            return f"there is no variable '{name}'"
        return f"a {_KINDS.get(type(owner), 'value')} has no '{name}'"


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with our filters; sums are for numbers only, so that no text or list can be multiplied."""

    intercepted_binops = frozenset({"+", "-", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            raise _Refused(f"'{operator}' works on numbers only; join texts with ~.")
        return super().call_binop(context, operator, left, right)

    def call(self, context: Context, called: Any, /, *arguments: Any, **named: Any) -> Any:
        _spend(context, getattr(called, "__self__", None))
        return super().call(context, called, *arguments, **named)


class TemplateFailure(InputError):
    """A template that reads well cannot be rendered with these values.

    Attributes:
        problem: what failed, with the line where it is known.
    """

    def __init__(self, problem: TemplateProblem) -> None:
        super().__init__(f"The template cannot be rendered. {problem}")
        self.problem = problem


class CompiledTemplate:
    """A checked template, ready to be rendered many times.

    Raises:
        TemplateFailure: reading it finds a problem.
    """

    def __init__(self, text: str, variables: Collection[str]) -> None:
        problem, template = _compile(text, variables)
        if template is None:
            assert problem is not None
            raise TemplateFailure(problem)
        self._template = template

    def render(self, variables: Mapping[str, Any]) -> str:
        """The prompt, without blanks around it.

        Raises:
            TemplateFailure: a name is missing, a value does not suit what is done with it, or a limit is passed.
        """
        context = self._template.new_context({"range": _range, **variables, BUDGET: [MAX_WORK]}, shared=True)
        chunks: list[str] = []
        size = 0
        try:
            for chunk in self._template.root_render_func(context):
                chunks.append(chunk)
                size += len(chunk)
                if size > MAX_PROMPT_CHARACTERS:
                    raise _Refused(f"The prompt grows over {MAX_PROMPT_CHARACTERS:,} characters.")
        except (_Refused, TemplateError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
            raise TemplateFailure(TemplateProblem(_sentence(str(error)), self._find_line(error))) from error
        return "".join(chunks).strip()

    def _find_line(self, error: BaseException) -> int | None:
        """The template's line in which an error arose: Jinja maps the lines of the code that it made."""
        line, trace = None, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_globals.get("__jinja_template__") is self._template:
                line = self._template.get_corresponding_lineno(trace.tb_lineno)
            trace = trace.tb_next
        return line


def check_text(text: str, variables: Collection[str]) -> TemplateProblem | None:
    """The first problem that reading the template finds, or None."""
    return _compile(text, variables)[0]


def _compile(text: str, variables: Collection[str]) -> tuple[TemplateProblem | None, Template | None]:
    try:
        return None, _ENVIRONMENT.from_string(_parse(text, variables))
    except TemplateSyntaxError as error:
        return TemplateProblem(_sentence(error.message or "This is not a valid template."), error.lineno), None
    except SyntaxError as error:  # of the Python code that Jinja made, such as the same argument twice
        return TemplateProblem(_sentence(error.msg)), None
    except ValueError:  # Python reads no number of thousands of digits
        return TemplateProblem("A number in the template has too many digits and cannot be read."), None
    except _Refused as error:
        return TemplateProblem(error.sentence, error.line, _find_column(text, error.line, error.word)), None


def _parse(text: str, variables: Collection[str]) -> nodes.Template:
    try:
        tree = _ENVIRONMENT.parse(text)
    except RecursionError as error:
        raise _Refused("The template is nested too deeply.", 1) from error
    _check_node(tree)
    _check_names(tree, variables)
    guarded = _Guard().visit(tree)
    assert isinstance(guarded, nodes.Template)
    return guarded


class _Guard(NodeTransformer):
    """Puts the limits into a checked tree: what is run and looked at spends the budget; texts have a largest size."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  the name is Jinja's
        size = nodes.Const(sum(1 for part in node.body for _ in part.find_all(nodes.Node)) + 1, lineno=node.lineno)
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, "_repeat", [size], [], None, None, lineno=node.lineno)
        return node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.expr = _look_at(node.expr)
        for operand in node.ops:
            operand.expr = _look_at(operand.expr)
        return node

    def visit_Test(self, node: nodes.Test) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.args = [_look_at(argument) for argument in node.args]
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = _look_at(node.node)
        return node

    def visit_Assign(self, node: nodes.Assign) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.node = nodes.Filter(node.node, "_plain", [], [], None, None, lineno=node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(parts, "join", [], [], None, None, lineno=node.lineno)


def _look_at(node: nodes.Expr) -> nodes.Expr:
    return nodes.Filter(node, "_look", [], [], None, None, lineno=node.lineno)


_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.Name, nodes.Const,
    nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test, nodes.Call, nodes.Keyword, nodes.Compare, nodes.Operand,
    nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Add, nodes.Sub, nodes.Mod, nodes.Concat, nodes.CondExpr,
    nodes.List, nodes.Tuple, nodes.Slice,
)  # fmt: skip


def _check_node(node: nodes.Node, depth: int = 0, loops: int = 0) -> None:
    line = getattr(node, "lineno", None)
    if depth > MAX_NESTING:
        raise _Refused("The template is nested too deeply.", line)
    if not isinstance(node, _ALLOWED):
        name = type(node).__name__
        raise _Refused(f"'{_NODE_WORDS.get(name, name.lower())}' cannot be used in a prompt template.", line)
    if isinstance(node, nodes.For) and node.recursive:
        raise _Refused("A recursive loop cannot be used in a prompt template.", line, "recursive")
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and make_storable(node.value)[1]:
        raise _Refused("A text in the template holds half a character or NUL, which cannot be read.", line)
    if isinstance(node, nodes.Name) and node.name.startswith("_"):
        raise _Refused(f"'{node.name}': names that start with an underscore cannot be used.", line, node.name)
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise _Refused(f"'{node.attr}': names that start with an underscore cannot be used.", line, node.attr)
    if isinstance(node, nodes.Filter) and node.name not in FILTER_NAMES:
        raise _Refused(
            f"There is no filter '{node.name}'. The filters are: {', '.join(FILTER_NAMES)}.", line, node.name
        )
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        raise _Refused(f"There is no test '{node.name}'. The tests are: {', '.join(sorted(TESTS))}.", line, node.name)
    if isinstance(node, nodes.Call):
        _check_call(node, line)
    loops += isinstance(node, nodes.For)
    if loops > MAX_LOOPS_INSIDE:
        raise _Refused(f"Loops can be nested {MAX_LOOPS_INSIDE} deep at most.", line)
    for child in node.iter_child_nodes():
        _check_node(child, depth + 1, loops)


_NODE_WORDS = {
    "Mul": "*", "Pow": "**", "Div": "/", "FloorDiv": "//", "Pos": "+", "Dict": "{…}", "AssignBlock": "set … endset",
    "CallBlock": "call", "FilterBlock": "filter block", "FromImport": "from … import", "NSRef": "namespace",
}  # fmt: skip


def _check_call(node: nodes.Call, line: int | None) -> None:
    called = node.node
    if isinstance(called, nodes.Name) and called.name == "range":
        return
    if isinstance(called, nodes.Getattr) and called.attr in METHODS:
        return
    word = called.attr if isinstance(called, nodes.Getattr) else getattr(called, "name", "")
    raise _Refused(f"'{word}(…)' cannot be called in a prompt template.", line, word)


def _check_names(tree: nodes.Template, variables: Collection[str]) -> None:
    bound = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"} | {"loop", "range"}
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name not in variables and name.name not in bound:
            raise _Refused(
                f"There is no variable '{name.name}'. The variables are: {', '.join(variables)}.",
                name.lineno,
                name.name,
            )


def _find_column(text: str, line: int | None, word: str) -> int | None:
    if line is None or not word:
        return None
    lines = text.splitlines()
    found = lines[line - 1].find(word) if line <= len(lines) else -1
    return found + 1 if found >= 0 else None


def _sentence(message: str) -> str:
    message = message.strip()
    return message[:1].upper() + message[1:] + ("" if message.endswith(".") else ".")


def _spend(context: Context, value: Any, times: int = 1) -> None:
    """Charge what is looked at, so many times, to the budget of the rendering."""
    budget: list[int] = context[BUDGET]
    budget[0] -= (len(value) if isinstance(value, Sized) and not isinstance(value, Undefined) else 1) * times
    if budget[0] < 0:
        raise _Refused("Its loops and filters do too much. Loop over less, or work on shorter texts.")


@pass_context
def _repeat(context: Context, iterable: Iterable[Any], parts: int) -> Iterable[Any]:
    """Charge a loop's turns, each with the parts of its body, before it starts."""
    if not isinstance(iterable, Sized):
        iterable = list(iterable)
    _spend(context, iterable, parts)
    return iterable


@pass_context
def _look(context: Context, value: Any) -> Any:
    _spend(context, value)
    return value


def _charge(name: str) -> Callable[..., Any]:
    """The filter of this name, at the price of what it takes and of what it makes."""

    @pass_context
    def charged(context: Context, value: Any, *arguments: Any, **named: Any) -> Any:
        _spend(context, value)
        made = _FILTERS.call_filter(name, value, arguments, named, context)
        _spend(context, made)
        return made

    return charged


def _show(value: Any) -> Any:
    """What `{{ … }}` may put into the prompt; Jinja would print a list or a function as Python writes it."""
    if isinstance(value, str | int | float | Undefined):
        return value
    kind = "a list" if isinstance(value, Iterable) else "nothing that can be printed"
    raise _Refused(f"This is {kind}, not a text. Use a loop, or | join(', ') for a list.")


def _plain(value: Any) -> Any:
    """Only a text, a number or a truth value may be kept in a variable: lists of lists could grow without end."""
    if not isinstance(value, str | int | float):
        raise _Refused("'set' keeps texts and numbers only.")
    return _limited(value)


def _limited(value: Any) -> Any:
    if isinstance(value, str) and len(value) > MAX_PROMPT_CHARACTERS:
        raise _Refused(f"A text grows over {MAX_PROMPT_CHARACTERS:,} characters.")
    return value


def _join(values: Iterable[Any], separator: str = "") -> str:
    texts = [str(value) for value in values]
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_PROMPT_CHARACTERS:
        raise _Refused(f"A text grows over {MAX_PROMPT_CHARACTERS:,} characters.")
    return separator.join(texts)


def _replace(text: str, old: str, new: str) -> str:
    text, old, new = str(text), str(old), str(new)
    if len(text) + (text.count(old) * len(new)) > MAX_PROMPT_CHARACTERS:
        raise _Refused(f"A text grows over {MAX_PROMPT_CHARACTERS:,} characters.")
    return text.replace(old, new)


def _reverse(values: Sequence[Any]) -> Sequence[Any]:
    return values[::-1]


def _range(*bounds: int) -> range:
    steps = range(*bounds)
    if len(steps) > MAX_RANGE:
        raise _Refused(f"'range' goes up to {MAX_RANGE:,} steps.")
    return steps


def _make_environment() -> _Environment:
    environment = _Environment(
        undefined=_Missing, autoescape=False, trim_blocks=True, lstrip_blocks=True, cache_size=0, finalize=_show
    )
    environment.filters = {name: _charge(name) for name in FILTER_NAMES}
    environment.filters |= {"_repeat": _repeat, "_look": _look, "_plain": _plain}
    environment.tests = {name: test for name, test in environment.tests.items() if name in TESTS}
    environment.globals = {}
    return environment


_FILTERS = _Environment(undefined=_Missing)
"""The filters as they are, three of them ours; in the sandbox too, because some read attributes."""

_FILTERS.filters |= {"join": _join, "replace": _replace, "reverse": _reverse}
_ENVIRONMENT = _make_environment()
