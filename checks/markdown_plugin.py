"""A mypy plugin: what Streamlit draws as Markdown is made of our own words and of `Markdown`, never of a plain `str`.

Streamlit takes a `str` for a label and reads markup in it, so a project called `![i](http://…)` would have pages fetch
from another host. A literal is ours. A value is of the type `components.kit.text.Markdown`, which only `escape` makes
of a text from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mypy.errorcodes import ErrorCode
from mypy.nodes import (
    CallExpr,
    ConditionalExpr,
    Expression,
    FuncDef,
    GeneratorExpr,
    IndexExpr,
    LambdaExpr,
    ListComprehension,
    ListExpr,
    MemberExpr,
    NameExpr,
    OpExpr,
    RefExpr,
    StrExpr,
    TupleExpr,
    TypeInfo,
)
from mypy.plugin import FunctionContext, MethodContext, Plugin
from mypy.types import CallableType, Instance, LiteralType, NoneType, Type, UnionType, get_proper_type

MARKDOWN = "components.kit.text.Markdown"
UNESCAPED = ErrorCode("markdown", "A text that may come from outside is drawn as Markdown", "Streamlit")
PLAIN_NUMBERS = frozenset({"builtins.int", "builtins.float", "builtins.bool"})
WORDS = ("label", "body", "help", "text", "title", "delta", "caption", "captions", "tabs")
"""Parameters that are drawn as Markdown, whatever the element."""

WRITTEN = "args"
"""What `st.write` takes; elsewhere it is what a callback is called with."""

LABELS = (
    "radio",
    "pills",
    "segmented_control",
    "checkbox",
    "toggle",
    "button",
    "download_button",
    "form_submit_button",
    "link_button",
    "page_link",
    "popover",
    "expander",
    "status",
    "metric",
    "selectbox",
    "multiselect",
    "slider",
    "select_slider",
    "text_input",
    "text_area",
    "number_input",
    "file_uploader",
    "date_input",
    "data_editor",
    "markdown",
    "caption",
    "write",
    "error",
    "warning",
    "info",
    "success",
    "toast",
    "title",
    "header",
    "subheader",
    "progress",
    "spinner",
    "tabs",
    "dialog",
    "feedback",
    "color_picker",
    "time_input",
    "camera_input",
    "chat_input",
)
OPTIONS = frozenset({"radio", "pills", "segmented_control"})


class MarkdownPlugin(Plugin):
    """Looks at every call of an element of Streamlit."""

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """Calls like `st.button(…)`."""
        return self._check if self._draws(fullname) else None

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        """Calls like `column.button(…)`."""
        return self._check if self._draws(fullname) else None

    def _draws(self, fullname: str) -> bool:
        return fullname.startswith("streamlit.") and fullname.rpartition(".")[2] in LABELS

    def _check(self, context: FunctionContext | MethodContext) -> Type:
        element = _name_element(context)
        for name, expressions, types in zip(context.callee_arg_names, context.args, context.arg_types, strict=True):
            if (
                name in WORDS
                or (name == "value" and element == "metric")
                or (name == WRITTEN and element == "write")
                or (element in OPTIONS and name == _name_drawn_options(context))
            ):
                for expression, given in zip(expressions, types, strict=True):
                    self._judge(context, expression, given)
        return context.default_return_type

    def _judge(self, context: FunctionContext | MethodContext, expression: Expression, given: Type) -> None:
        if not self._is_ours(context, expression, given):
            context.api.fail("This is drawn as Markdown: escape it, or make it of Markdown", expression, code=UNESCAPED)

    def _is_ours(
        self, context: FunctionContext | MethodContext, expression: Expression, given: Type | None = None
    ) -> bool:
        if isinstance(expression, StrExpr) or _is_constant(expression) or _makes_markdown(expression):
            return True
        parts = _list_parts(expression)
        if parts is not None:
            return all(self._is_ours(context, part) for part in parts)
        return self._is_safe_type(given or context.api.get_expression_type(expression))

    def _is_safe_type(self, found: Type) -> bool:
        kind = get_proper_type(found)
        if isinstance(kind, UnionType):
            return all(self._is_safe_type(item) for item in kind.items)
        if isinstance(kind, LiteralType | NoneType):
            return True
        if isinstance(kind, CallableType):
            return self._is_safe_type(kind.ret_type)
        if not isinstance(kind, Instance):
            return False
        if kind.last_known_value is not None or kind.type.has_base(MARKDOWN) or kind.type.fullname in PLAIN_NUMBERS:
            return True
        return (
            bool(kind.args)
            and kind.type.fullname in ("builtins.list", "builtins.tuple", "typing.Sequence")
            and self._is_safe_type(kind.args[0])
        )


def _name_drawn_options(context: FunctionContext | MethodContext) -> str:
    """Options are drawn as they are where nothing makes their words."""
    given = dict(zip(context.callee_arg_names, context.args, strict=True))
    return "format_func" if given.get("format_func") else "options"


def _name_element(context: FunctionContext | MethodContext) -> str:
    callee = context.context.callee if isinstance(context.context, CallExpr) else None
    return callee.name if isinstance(callee, MemberExpr) else ""


def _makes_markdown(expression: Expression) -> bool:
    """A call whose result is declared as Markdown; told without asking for its type, which would lose narrowing."""
    callee = expression.callee if isinstance(expression, CallExpr) else None
    node = callee.node if isinstance(callee, RefExpr) else None
    if isinstance(node, TypeInfo):
        return node.fullname == MARKDOWN
    declared = get_proper_type(node.type) if isinstance(node, FuncDef) else None
    made = get_proper_type(declared.ret_type) if isinstance(declared, CallableType) else None
    return isinstance(made, Instance) and made.type.fullname == MARKDOWN


def _list_parts(expression: Expression) -> Sequence[Expression] | None:
    """The expressions that a text is put together from; None where it is not put together here."""
    match expression:
        case ConditionalExpr():
            return (expression.if_expr, expression.else_expr)
        case OpExpr():
            return (expression.left, expression.right)
        case ListExpr() | TupleExpr():
            return expression.items
        case LambdaExpr():
            return (expression.expr(),)
        case ListComprehension():
            return (expression.generator.left_expr,)
        case GeneratorExpr():
            return (expression.left_expr,)
        case CallExpr(callee=MemberExpr(expr=StrExpr(), name="join" | "format")):
            return expression.args
    return None


def _is_constant(expression: Expression) -> bool:
    """A name in capitals, or what is looked up in one: our own words, written down once."""
    match expression:
        case IndexExpr():
            return _is_constant(expression.base)
        case MemberExpr(name="__getitem__"):
            return _is_constant(expression.expr)
        case NameExpr() | MemberExpr():
            return expression.name.lstrip("_").isupper()
    return False


def plugin(version: str) -> type[Plugin]:
    """What mypy asks for."""
    return MarkdownPlugin
