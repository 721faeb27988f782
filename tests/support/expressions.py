"""The regular expressions of our code, and texts that make one with overlapping repetitions slow."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import re._constants as ops  # type: ignore[import-not-found]  # private to CPython, like the parser
import re._parser as parser  # type: ignore[import-not-found]
import time
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_PACKAGES = ("eal", "eal_dashboard")
_METHODS = frozenset({"match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split"})
_COMPILERS = frozenset({"compile", "compiled", "_compiled"})
"""Functions that compile their first argument as it is."""
_FILLED_BY_USE = frozenset({"requested"})
"""Variables that hold what a process has used before."""
_MANY = 30
"""A repetition with a lower limit cannot make an expression slow."""
_SHORTEST_SECONDS = 5e-5
"""Shorter times are rounded up, because they are mostly noise: 400 characters take a linear expression 20 microseconds,
and 1,600 a quadratic one 10 milliseconds."""


class Expression(NamedTuple):
    """`method` is "match" or "fullmatch" if the expression is used with nothing else, otherwise "search"."""

    pattern: str
    flags: int
    method: str
    module: str

    def seconds(self, text: str) -> float:
        """The processor time for a text."""
        compiled = re.compile(self.pattern, self.flags)
        started = time.process_time()
        if self.method == "search":
            for _ in compiled.finditer(text):
                pass
        else:
            getattr(compiled, self.method)(text)
        return time.process_time() - started

    def growth(self, unit: str, head: str, size: int) -> float:
        """The growth of the time for a text of four times the size: 4 if the time is linear, 16 if quadratic."""
        small, large = (head + unit * (length // len(unit) + 1) for length in (size, 4 * size))
        return min(self.seconds(large) for _ in range(2)) / max(
            min(self.seconds(small) for _ in range(3)), _SHORTEST_SECONDS
        )


def expressions() -> list[Expression]:
    """Each expression in our modules: compiled ones, texts that are compiled when they are used, and literals inside
    functions. What a process has used before makes no difference."""
    found: dict[str, Expression] = {}
    for module in _modules():
        for pattern, flags, method in (*_of_variables(module), *_of_literals(module)):
            if pattern not in found or (method == "search" and flags):
                found[pattern] = Expression(pattern, flags, method, module.__name__)
    return list(found.values())


def attacks(expression: Expression) -> Iterator[tuple[str, str]]:
    """A text to repeat, and what comes before: samples of what each repetition matches, with and without what the
    expression wants before and after."""
    seen = set()
    for before, repeated in _repetitions(parser.parse(expression.pattern, expression.flags)):
        for unit, head in ((repeated, ""), (repeated, before), (before, ""), (before + repeated, "")):
            if unit and (unit, head) not in seen:
                seen.add((unit, head))
                yield unit, head


def _modules() -> Iterator[ModuleType]:
    for name in _PACKAGES:
        package = importlib.import_module(name)
        for info in pkgutil.walk_packages(package.__path__, f"{name}."):
            yield importlib.import_module(info.name)


@cache
def _tree(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


def _of_variables(module: ModuleType) -> Iterator[tuple[str, int, str]]:
    """Pattern, flags and method: of the module's values, and of its cached functions without arguments."""
    used = _methods(_tree(module))
    for name, value in list(vars(module).items()):
        if name in _FILLED_BY_USE:
            continue
        own = value
        if hasattr(value, "cache_info") and value.__module__ == module.__name__:
            if inspect.signature(value).parameters:
                continue
            try:
                own = value()
            except Exception:  # noqa: BLE001, S112 - it needs a model or a setting, and returns no expressions
                continue
        methods = used.get(name, {"search"})
        method = min(methods) if len(methods) == 1 else "search"
        for pattern, flags in _patterns(own):
            yield pattern, flags, method
        for text in _texts(own):
            yield (text if name in used else _as_a_part(text)), 0, method


def _methods(tree: ast.Module) -> defaultdict[str, set[str]]:
    """The methods with which a module uses the expressions in its variables, or from its cached functions."""
    used = defaultdict[str, set[str]](set)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value.func if isinstance(node.value, ast.Call) else node.value
            if isinstance(owner, ast.Name):
                used[owner.id].add(_anchored(node.attr))
            if isinstance(node.value, ast.Call):  # such as _compiled(_QUESTION).match
                for argument in node.value.args:
                    if isinstance(argument, ast.Name):
                        used[argument.id].add(_anchored(node.attr))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            owner = node.func.value
            is_use = isinstance(owner, ast.Name) and owner.id == "re" and node.func.attr in _METHODS
            if is_use and isinstance(node.args[0], ast.Name):
                used[node.args[0].id].add(_anchored(node.func.attr))
    return used


def _anchored(method: str) -> str:
    return method if method in ("match", "fullmatch") else "search"


def _of_literals(module: ModuleType) -> Iterator[tuple[str, int, str]]:
    """Pattern, flags and method of each literal inside a function that is an expression with a repetition."""
    for function in ast.walk(_tree(module)):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        whole = dict(filter(None, map(_use, ast.walk(function))))
        for node in _literals(function):
            text = _text(node, module)
            if _repeats(text):
                is_whole = node in whole
                yield (text if is_whole else _as_a_part(text)), 0, whole.get(node, "search")


def _use(node: ast.AST) -> tuple[ast.expr, str] | None:
    """The expression that a call compiles as it is, and the method with which it is used."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name), args=[first, *_]) if (
            name in _METHODS
        ):
            return first, _anchored(name)
        case ast.Call(
            func=ast.Name(id=name) | ast.Attribute(value=ast.Name(id="re"), attr=name), args=[first, *_]
        ) if name in _COMPILERS:
            return first, "search"
    return None


def _literals(function: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """The texts in a function, without docstrings; a formatted one is one text."""
    for node in ast.iter_child_nodes(function):
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            yield node
        elif not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
            yield from _literals(node)


def _text(node: ast.Constant | ast.JoinedStr, module: ModuleType) -> str:
    """A literal with the module's values in it; `x` takes the place of others."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else _value(part, module) for part in node.values
    )


def _value(part: ast.expr, module: ModuleType) -> str:
    inner = part.value if isinstance(part, ast.FormattedValue) else part
    calls = [node.func for node in ast.walk(inner) if isinstance(node, ast.Call)]
    if not all(isinstance(call, ast.Attribute) and call.attr == "join" for call in calls):
        return "x"
    try:
        return str(eval(ast.unparse(inner), dict(vars(module))))  # noqa: S307 - our own code: names and joins
    except Exception:  # noqa: BLE001 - it needs the function's own values
        return "x"


def _as_a_part(text: str) -> str:
    """Returns the expression of a text that is compiled as the rest of another; most follow the beginning of a word."""
    return rf"(?<!\w)(?:{text})"


def _patterns(value: object, depth: int = 0) -> Iterator[tuple[str, int]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value.pattern, value.flags
    elif depth < 4 and isinstance(value, (list, tuple, set, frozenset, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _patterns(part, depth + 1)


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        if _repeats(value):
            yield value
    elif depth < 4 and isinstance(value, (list, tuple, set, frozenset, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part, depth + 1)


def _repeats(text: str) -> bool:
    """Whether a text is an expression with a repetition, and not prose with an asterisk."""
    if not re.search(r"[\])\w.][*+{]", text) or not re.search(r"\\|\(\?|\[", text):
        return False
    try:
        return any(_repetitions(parser.parse(text)))
    except re.error:
        return False


def _repetitions(tree: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """The text before each long repetition, and samples of the repeated text."""
    for index, (op, value) in enumerate(tree):
        so_far = before + _sample(tree[:index], 1)
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT):  # a possessive one does not backtrack
            if value[1] >= _MANY:
                samples = [_sample(value[2], choice) for choice in range(3)]
                after = _sample(tree[index + 1 : index + 3], 1)
                yield from (
                    (so_far, text) for text in (*samples, samples[0] + samples[1], samples[0] + after)
                )
            yield from _repetitions(value[2], so_far)
        elif op is ops.BRANCH:
            for branch in value[1]:
                yield from _repetitions(branch, so_far)
        elif op is ops.SUBPATTERN:
            yield from _repetitions(value[3], so_far)
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            yield from _repetitions(value[1], so_far)


def _sample(tree: Any, choice: int) -> str:
    """A text that the expression matches, apart from assertions."""
    text = ""
    for op, value in tree:
        if op is ops.LITERAL:
            text += chr(value)
        elif op is ops.ANY or op is ops.NOT_LITERAL:
            text += "b" if value == ord("a") else "a"
        elif op is ops.IN:
            characters = _characters(value)
            text += characters[choice % len(characters)]
        elif op is ops.BRANCH:
            text += _sample(value[1][choice % len(value[1])], choice)
        elif op is ops.SUBPATTERN:
            text += _sample(value[3], choice)
        elif op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            text += _sample(value[2], choice) * max(value[0], choice % 2)
    return text


_OF_CATEGORY = {
    ops.CATEGORY_DIGIT: "1",
    ops.CATEGORY_SPACE: " ",
    ops.CATEGORY_WORD: "a1",
    ops.CATEGORY_NOT_DIGIT: "a",
    ops.CATEGORY_NOT_SPACE: "a",
    ops.CATEGORY_NOT_WORD: " -",
}


def _characters(members: Any) -> str:
    """Some characters of a set."""
    some = "".join(
        chr(value)
        if op is ops.LITERAL
        else chr(value[0])
        if op is ops.RANGE
        else _OF_CATEGORY.get(value, "")
        if op is ops.CATEGORY
        else ""
        for op, value in members
    )
    if members[0][0] is ops.NEGATE:
        return next((other for other in "a 1,-.(\n" if other not in some), "\u00e9")
    return some[:4] or "a"
