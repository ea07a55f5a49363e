"""The house rules that neither ruff nor mypy nor import-linter checks. Pure but for reading files.

Each rule is a function from one parsed module to its findings; `check` walks the tree. What a rule
is for stands in its docstring, since that is what a reader of a finding wants to know.
"""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGES = ("flowy", "flowyd")
MODULE_LINES = 400
FUNCTION_LINES = 50
NAMES = {"utils", "helpers", "manager", "base", "common"}
BROAD = {"Exception", "BaseException"}
MACHINE = re.compile(r"(?<![\w.~/$}])/(?:home|root|work|Users)/\w|\.\./shared\b")
"""Paths that exist on one machine only."""


@dataclass(frozen=True)
class Finding:
    """A broken rule: `where` is `file:line`."""

    rule: str
    where: str
    message: str


@dataclass(frozen=True)
class Module:
    """One Python file; `path` is relative to the tree's root."""

    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def comments(self) -> dict[int, str]:
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {t.start[0]: t.string for t in tokens if t.type == tokenize.COMMENT}

    @property
    def package(self) -> str:
        """`flowy`, `flowyd`, `plugins`, `tests`, …"""
        return self.path.parts[0]

    @property
    def shipped(self) -> bool:
        """Whether it is code that users run, and no test."""
        return self.package in (*PACKAGES, "plugins") and "tests" not in self.path.parts


Found = Iterator[tuple[int, str]]
Rule = Callable[[Module], Found]


def module_size(module: Module) -> Found:
    """A module that does one thing is about 100 lines."""
    lines = module.text.count("\n")
    if lines > MODULE_LINES:
        yield 1, f"{lines} lines: split it, the limit is {MODULE_LINES}"


def function_size(module: Module) -> Found:
    """A function that does one thing is about 8 lines; its signature and docstring do not count."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            if lines > FUNCTION_LINES:
                yield node.lineno, f"{node.name} has {lines} lines, the limit is {FUNCTION_LINES}"


def module_name(module: Module) -> Found:
    """A name that says nothing attracts everything."""
    for part in (*module.path.parts[:-1], module.path.stem):
        if part in NAMES:
            yield 1, f"no module is named {part}: name what it does"


def broad_except(module: Module) -> Found:
    """What catches everything hides bugs: it needs a reason, or must raise again."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            excused = "noqa: BLE001" in module.comments.get(node.lineno, "")
            if is_broad(node.type) and not reraises(node) and not excused:
                yield node.lineno, "a broad except without `# noqa: BLE001  # reason`"
        if isinstance(node, ast.Call):
            suppressing = ast.unparse(node.func).endswith("suppress")
            if suppressing and any(is_broad(argument) for argument in node.args):
                yield node.lineno, "a broad suppress: write the except and its reason"


def is_broad(caught: ast.expr | None) -> bool:
    """Whether an except clause's type catches everything."""
    if isinstance(caught, ast.Tuple):
        return any(is_broad(each) for each in caught.elts)
    return caught is None or (isinstance(caught, ast.Name) and caught.id in BROAD)


def reraises(handler: ast.ExceptHandler) -> bool:
    """Whether the handler ends by raising what it caught."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def exemptions(module: Module) -> Found:
    """An exemption from a check names the check and why it does not hold here."""
    for line, comment in module.comments.items():
        parts = [part.strip() for part in comment.split("#") if part.strip()]
        if re.match(r"(ruff|flake8): noqa(?!: [A-Z]+\d.* — )|mypy: ignore", "".join(parts[:1])):
            yield line, "an exemption for a whole file says `# ruff: noqa: CODE — reason`"
        excused = [part for part in parts if re.match(r"noqa\b|type: ?ignore\b", part)]
        if any(not EXEMPTION.fullmatch(part) for part in excused):
            yield line, "write `# noqa: CODE — reason` or `# type: ignore[code]  # reason`"
        elif excused and parts[-1] in excused and " — " not in parts[-1]:
            yield line, f"`# {excused[-1]}` gives no reason"


EXEMPTION = re.compile(
    r"(noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*|type: ignore\[[a-z-]+(, ?[a-z-]+)*\])( — \S.*)?"
)


def sleeping(module: Module) -> Found:
    """Waiting is done on events, conditions and selectors, so that it can be cut short."""
    for node in ast.walk(module.tree) if module.shipped else ():
        asked = isinstance(node, ast.Attribute) and ast.unparse(node) == "time.sleep"
        named = isinstance(node, ast.ImportFrom) and node.module == "time"
        if asked or (named and any(alias.name == "sleep" for alias in node.names)):
            yield node.lineno, "no time.sleep in code that is shipped"


def unfinished(module: Module) -> Found:
    """What is not done is not there, and its absence is said by a clear error."""
    for line, comment in module.comments.items():
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", comment):
            yield line, "do it or leave it"
    for node in ast.walk(module.tree) if module.shipped else ():
        if isinstance(node, ast.Name) and node.id == "NotImplementedError":
            yield (
                node.lineno,
                "no NotImplementedError: an operation that is missing is a clear fault",
            )


def pickling(module: Module) -> Found:
    """A pickle runs code when it is read, and binds what is stored to the code that stored it."""
    for node in ast.walk(module.tree) if module.shipped else ():
        if {"pickle", "shelve", "marshal"} & set(imported(node)):
            yield node.lineno, "write JSON"


def matched_tuples(module: Module) -> Found:
    """mypy cannot prove a match on a tuple exhaustive: nest the matches."""
    for node in ast.walk(module.tree) if module.shipped else ():
        if isinstance(node, ast.Match) and isinstance(node.subject, ast.Tuple):
            yield node.lineno, "match one value, then the other"


def neighbours(module: Module) -> Found:
    """Plugins know flowy only; nothing knows plugins or tests."""
    own = {"plugins": {"flowyd", "tests"}}.get(
        module.package, {"flowy_images", "flowy_video", "plugins", "tests"}
    )
    for node in ast.walk(module.tree) if module.shipped else ():
        for name in imported(node):
            if name.split(".")[0] in own:
                yield node.lineno, f"{module.package} must not import {name}"


def imported(node: ast.AST) -> list[str]:
    """The absolute names that an import statement takes."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []


def docstrings(module: Module) -> Found:
    """Each module says what it is for."""
    if module.shipped and module.text.strip() and not ast.get_docstring(module.tree):
        yield 1, "the module has no docstring"


RULES: tuple[Rule, ...] = (
    module_size,
    function_size,
    module_name,
    broad_except,
    exemptions,
    sleeping,
    unfinished,
    pickling,
    matched_tuples,
    neighbours,
    docstrings,
)


def check(root: Path, files: list[Path]) -> list[Finding]:
    """All findings in a tree. `files` are the paths below it that belong to the project."""
    found = [*typed_markers(root, files), *architecture(root, files)]
    for path in files:
        text = (root / path).read_text("utf-8", errors="replace")
        found += machine_paths(path, text)
        if path.suffix == ".py":
            found += in_module(Module(path, text))
    return found


def in_module(module: Module) -> Iterator[Finding]:
    """What the rules find in one module; one that does not parse breaks the first rule of all."""
    try:
        _ = module.tree
    except SyntaxError as error:
        yield Finding("syntax", f"{module.path}:{error.lineno}", str(error))
        return
    for rule in RULES:
        for line, message in rule(module):
            yield Finding(rule.__name__, f"{module.path}:{line}", message)


def machine_paths(path: Path, text: str) -> Iterator[Finding]:
    """A path of one machine means nothing on another."""
    if path.parts[:2] == ("tests", "replay"):
        return  # recorded on machines of others, and never edited
    for number, line in enumerate(text.splitlines(), start=1):
        if match := MACHINE.search(line):
            yield Finding("machine_paths", f"{path}:{number}", f"mentions {match.group()}…")


def typed_markers(root: Path, files: list[Path]) -> Iterator[Finding]:
    """Without py.typed, users' type checkers see nothing of ours."""
    packages = {Path(*path.parts[:1]) for path in files if path.parts[0] in PACKAGES}
    packages |= {Path(*p.parts[:3]) for p in files if p.match("plugins/*/flowy_*/__init__.py")}
    for package in sorted(packages):
        if not (root / package / "py.typed").exists():
            yield Finding("typed_markers", str(package), "has no py.typed")


def architecture(root: Path, files: list[Path]) -> Iterator[Finding]:
    """The map in docs/architecture.md names each module once, and no module that is not there."""
    page = root / "docs" / "architecture.md"
    text = page.read_text("utf-8") if page.exists() else ""
    named = set(re.findall(r"`((?:flowyd?)/[\w/]+\.py)`", text))
    modules = {str(path) for path in files if path.parts[0] in PACKAGES and path.suffix == ".py"}
    # A package's __init__ is told by its modules, where it has any.
    expected = {name for name in modules if not name.endswith("__init__.py")}
    for name in sorted(expected - named):
        yield Finding("architecture", name, "has no line in docs/architecture.md")
    for name in sorted(named - modules):
        yield Finding("architecture", "docs/architecture.md", f"names {name}, which is not there")
