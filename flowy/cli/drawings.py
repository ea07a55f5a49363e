"""A graph of calls as text that other programs draw: Mermaid, and DOT for Graphviz. Pure."""

from collections.abc import Iterator

from flowy.cli.calls import Call, Graph, State

COLOURS: dict[State, str] = {
    "open": "#fff3bf",
    "completed": "#d3f9d8",
    "failed": "#ffc9c9",
    "timed out": "#ffc9c9",
    "canceled": "#dee2e6",
}
SHOWN: dict[str, str] = {"timer": "{} s", "signal to": "signal {}", "marker": "marker"}
"""How a call's second line is written, where it is not just what the call is of."""


def mermaid(graph: Graph, id: str) -> str:
    """The graph in Mermaid's flowchart form, as Markdown renderers draw it."""
    return "\n".join(mermaid_lines(graph, id))


def mermaid_lines(graph: Graph, id: str) -> Iterator[str]:
    """The lines of `mermaid`."""
    title = f"{id}\n{graph.type}"
    yield "flowchart TD"
    yield f'    start(["{entities(title)}"])'
    for node, call in graph.calls.items():
        yield f'    {node}["{entities(label(call))}"]:::{css(call.state)}'
    for junction in graph.junctions:
        yield f'    {junction}((" "))'
    if graph.state != "open":
        yield f'    end_(["{graph.state}"]):::{css(graph.state)}'
    for source, target in graph.edges:
        yield f"    {safe(source)} --> {safe(target)}"
    for state, colour in COLOURS.items():
        yield f"    classDef {css(state)} fill:{colour}"


def dot(graph: Graph, id: str) -> str:
    """The graph in Graphviz' language."""
    return "\n".join(dot_lines(graph, id))


def dot_lines(graph: Graph, id: str) -> Iterator[str]:
    """The lines of `dot`."""
    title = f"{id}\n{graph.type}"
    yield "digraph execution {"
    yield '    node [shape=box style="rounded,filled" fillcolor=white fontname="sans-serif"]'
    yield f"    start [label={quoted(title)} shape=oval]"
    for node, call in graph.calls.items():
        yield f'    {node} [label={quoted(label(call))} fillcolor="{COLOURS[call.state]}"]'
    for junction in graph.junctions:
        yield f"    {junction} [shape=point]"
    if graph.state != "open":
        yield f'    end_ [label="{graph.state}" shape=oval fillcolor="{COLOURS[graph.state]}"]'
    for source, target in graph.edges:
        yield f"    {safe(source)} -> {safe(target)}"
    yield "}"


def label(call: Call) -> str:
    """What a node says: the call's id, what it is of, how it stands and how often it was tried."""
    what = SHOWN.get(call.kind, f"{call.kind} {{}}").format(call.what)
    tries = f", {call.attempts} attempts" if call.attempts > 1 else ""
    return f"{call.id}\n{what}\n{call.state}{tries}"


def css(state: State) -> str:
    """A state as the name of a class."""
    return state.replace(" ", "_")


def safe(node: str) -> str:
    """A node's name; `end` alone is a word of Mermaid's."""
    return "end_" if node == "end" else node


def entities(text: str) -> str:
    """A text inside Mermaid's double quotes."""
    for character, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(character, entity)
    return text.replace("\n", "<br/>")


def quoted(text: str) -> str:
    """A text as DOT quotes it."""
    inner = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{inner}"'
