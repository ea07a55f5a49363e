"""Workflow code read, not run: what in it would differ in replay. Pure: source in, faults out.

Read are the methods of Workflow classes and the functions of the same module that they mention.
What is imported from elsewhere is not followed.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flowy import impure
from flowy.errors import Fault

Code = ast.FunctionDef | ast.AsyncFunctionDef
IGNORED = re.compile(r"#\s*flowy:\s*ignore\b")
BASE = {"flowy.Workflow", "flowy.workflow.Workflow", "flowy._workflow.Workflow"}
ELSEWHERE = {"flowy.activity", "flowy.lambda_function", "flowy._activity.activity"}
"""Decorators of functions that do not run inside a workflow."""


def lint(source: str, filename: str, severity: str = "warning") -> list[Fault]:
    """Everything in a module's workflow code that replay would see differently, by line.

    A line with the comment `# flowy: ignore` is let off. Source that is not Python has no faults
    here: importing it tells.
    """
    try:
        module = Module.of(ast.parse(source))
    except (SyntaxError, ValueError):
        return []
    lines = source.splitlines()
    found = {
        (finding.line, finding.what): finding
        for owner, code in reachable(module)
        for finding in findings(code, owner, module)
        if not IGNORED.search(lines[finding.line - 1])
    }
    return [
        Fault(f"{filename}:{one.line}", str(one), one.advice, severity)
        for _, one in sorted(found.items())
    ]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing on one line; `where` is the method or function."""

    line: int
    what: str
    where: str
    advice: str

    def __str__(self) -> str:
        return f"{self.what} in {self.where} is not the same in each replay"


@dataclass(frozen=True, slots=True)
class Module:
    """A module's classes and functions by name, and what its imports mean."""

    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    functions: dict[str, Code] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: ast.Module) -> "Module":
        """Read a module; what is under an `if` or `try` at its top counts too."""
        made = cls(imports=imported(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                made.classes.setdefault(node.name, node)
        for node in tree.body:
            if isinstance(node, Code):
                made.functions[node.name] = node
        return made

    def full_name(self, node: ast.expr) -> str | None:
        """`datetime.datetime.now` for what is written `dt.now`; None if no import begins it."""
        if isinstance(node, ast.Name):
            return self.imports.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.full_name(node.value)
            return None if owner is None else f"{owner}.{node.attr}"
        return None

    def is_workflow(self, node: ast.ClassDef) -> bool:
        """Whether a class comes, by way of others of its module, from flowy's Workflow."""
        for base in node.bases:
            parent = self.classes.get(base.id) if isinstance(base, ast.Name) else None
            if self.full_name(base) in BASE or (
                parent is not None and parent is not node and self.is_workflow(parent)
            ):
                return True
        return False


def imported(tree: ast.AST) -> dict[str, str]:
    """What each imported name means, wherever the import is written."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                names[alias.asname or whole] = whole
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def reachable(module: Module) -> Iterator[tuple[str, Code]]:
    """The methods of the workflow classes, then the functions that they mention, and so on."""
    left: list[tuple[str, Code]] = []
    for owner in module.classes.values():
        if module.is_workflow(owner):
            left += [(f"{owner.name}.{c.name}", c) for c in owner.body if isinstance(c, Code)]
    seen: set[str] = set()
    while left:
        where, code = left.pop()
        yield where, code
        for node in inside(code):
            function = module.functions.get(node.id) if isinstance(node, ast.Name) else None
            if function is None or function.name in seen or runs_elsewhere(function, module):
                continue
            seen.add(function.name)
            left.append((function.name, function))


def runs_elsewhere(function: Code, module: Module) -> bool:
    """Whether a function is an activity or a Lambda function."""
    called = (d.func if isinstance(d, ast.Call) else d for d in function.decorator_list)
    return any(module.full_name(decorator) in ELSEWHERE for decorator in called)


def inside(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a piece of code, but for what `self.side_effect(...)` is given."""
    yield node
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "side_effect":
        return
    if isinstance(node, Code):
        children: Iterator[ast.AST] = iter([*node.body, node.args])
    else:
        children = ast.iter_child_nodes(node)
    for child in children:
        yield from inside(child)


def findings(code: Code, where: str, module: Module) -> Iterator[Finding]:
    """What is wrong with one function; its own names hide imports and builtins."""
    own = bound(code)
    for node in inside(code):
        for what, advice in verdicts(node, module, own):
            place = node.iter if isinstance(node, ast.comprehension) else node
            yield Finding(getattr(place, "lineno", code.lineno), what, where, advice)


def verdicts(node: ast.AST, module: Module, own: set[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with one node, and what to do instead."""
    if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
        name = outer(node, module, own)
        if name and (advice := impure.advice_on_name(name)):
            yield name, advice
    elif isinstance(node, ast.Call):
        yield from verdicts_on_call(node, module, own)
    elif isinstance(node, ast.For | ast.comprehension) and is_set(node.iter):
        yield "the order of a set", "iterate over sorted(...)"


def verdicts_on_call(node: ast.Call, module: Module, own: set[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with a call."""
    name = outer(node.func, module, own)
    arguments = bool(node.args or node.keywords)
    if name and (advice := impure.advice_on_call(name, arguments=arguments)):
        yield f"{name}()", advice
    if isinstance(node.func, ast.Name):
        known = node.func.id in module.functions or node.func.id in module.imports
        if not known and node.func.id not in own and node.func.id in impure.BUILTINS:
            yield f"{node.func.id}()", impure.BUILTINS[node.func.id]
    elif isinstance(node.func, ast.Attribute) and node.func.attr in impure.METHODS:
        yield f".{node.func.attr}()", impure.METHODS[node.func.attr]


def outer(node: ast.expr, module: Module, own: set[str]) -> str | None:
    """The full name of something imported, unless the function has a name of its own for it."""
    first = node
    while isinstance(first, ast.Attribute):
        first = first.value
    if isinstance(first, ast.Name) and first.id in own:
        return None
    return module.full_name(node)


def bound(code: Code) -> set[str]:
    """The names that a function's parameters and assignments bind."""
    names = {node.arg for node in ast.walk(code) if isinstance(node, ast.arg)}
    return names | {
        node.id
        for node in ast.walk(code)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def is_set(node: ast.expr) -> bool:
    """Whether an expression is plainly a set."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in {"set", "frozenset"}
    return isinstance(node, ast.Set | ast.SetComp)
