"""`flowy graph`: what an execution asked for, and what followed upon what."""

import pytest

from flowy import ActivityProxy, TaskError, Workflow, workflow
from flowy.cli.calls import graph_of
from flowy.cli.drawings import dot, mermaid
from flowy.swf import events as e
from flowy.swf.events import Event
from flowy.swf.values import TypeId
from flowy.testing import Environment


@workflow("Tree", 1, "decisions")
class Tree(Workflow):
    split = ActivityProxy("Split", 1)
    work = ActivityProxy("Work", 1, retry=1, delay=5)

    def run(self):
        parts = self.split().result()
        results = [self.work(part) for part in parts]
        self.sleep(60).result()
        try:
            results[-1].result()
        except TaskError:
            return "half"
        return "all"


def work(part):
    if part == "bad":
        raise ValueError(part)
    return part


def history(parts, until=None):
    with (
        Environment(cold=False) as env,
        env.replace("Split", lambda: parts),
        env.replace("Work", work),
    ):
        handle = env.start(Tree, id='a "tree" <1>')
        if until is None:
            handle.result()
        else:
            env.advance(until)
        return env.history(handle)


def test_calls_with_their_states_attempts_and_causes():
    graph = graph_of(history(["good", "bad"]))
    calls = {node: (c.kind, c.id, c.what, c.state, c.attempts) for node, c in graph.calls.items()}
    assert calls == {
        "n1": ("activity", "split-1", "Split/1", "completed", 1),
        "n2": ("activity", "work-1", "Work/1", "completed", 1),
        "n3": ("activity", "work-2", "Work/1", "failed", 2),
        "n4": ("timer", "sleep-1", "60", "completed", 1),
    }
    assert (graph.type, graph.state) == ("Tree/1", "completed")
    assert graph.edges == [
        ("start", "n1"),
        *(("n1", node) for node in ("n2", "n3", "n4")),
        ("n4", "end"),
    ]


def test_many_after_many_meet_in_a_junction():
    @workflow("Waves", 1, "decisions")
    class Waves(Workflow):
        work = ActivityProxy("Work", 1)

        def run(self):
            for wave in [[self.work(n) for n in range(3)] for _ in range(1)]:
                self.work(wave)
                self.work(wave).result()

    with Environment(cold=False) as env, env.replace("Work", lambda part: part):
        handle = env.start(Waves)
        handle.result()
        graph = graph_of(env.history(handle))
    (junction,) = graph.junctions
    assert [s for s, t in graph.edges if t == junction] == ["n1", "n2", "n3"]
    assert [t for s, t in graph.edges if s == junction] == ["n4", "n5"]


def test_an_open_execution_shows_what_runs():
    graph = graph_of(history(["good"], until=10))
    assert [call.state for call in graph.calls.values()] == ["completed", "completed", "open"]
    assert graph.state == "open"
    assert "end_" not in mermaid(graph, "w")


def test_mermaid_marks_the_failed_and_quotes_names():
    lines = mermaid(graph_of(history(["bad"])), 'a "tree" <1>').splitlines()
    assert lines[0] == "flowchart TD"
    assert '    start(["a #quot;tree#quot; #lt;1#gt;<br/>Tree/1"])' in lines
    assert '    n2["work-1<br/>activity Work/1<br/>failed, 2 attempts"]:::failed' in lines
    assert '    n3["sleep-1<br/>60 s<br/>completed"]:::completed' in lines
    assert '    end_(["completed"]):::completed' in lines
    assert "    n1 --> n2" in lines
    assert any(line.startswith("    classDef failed fill:") for line in lines)


def test_dot_quotes_names():
    lines = dot(graph_of(history(["bad"])), 'a "tree"\\').splitlines()
    assert lines[0] == "digraph execution {"
    assert lines[-1] == "}"
    assert '    start [label="a \\"tree\\"\\\\\\nTree/1" shape=oval]' in lines
    assert "    n1 -> n2" in lines


def initiated(id, workflow_id, done=4):
    return Event(
        id,
        0,
        e.StartChildWorkflowExecutionInitiated(
            child_policy="TERMINATE",
            decision_task_completed_event_id=done,
            task_list="l",
            workflow_id=workflow_id,
            workflow_type=TypeId("Child", "1"),
        ),
    )


def test_children_signals_markers_and_refusals_are_calls_too():
    graph = graph_of(
        [
            initiated(5, "child"),
            Event(6, 0, e.MarkerRecorded(decision_task_completed_event_id=4, marker_name="m")),
            Event(
                7, 0, e.MarkerRecorded(decision_task_completed_event_id=4, marker_name="flowy.x")
            ),
            Event(
                8,
                0,
                e.StartChildWorkflowExecutionFailed(
                    cause="WORKFLOW_TYPE_DOES_NOT_EXIST",
                    decision_task_completed_event_id=4,
                    initiated_event_id=0,
                    workflow_id="never",
                    workflow_type=TypeId("Gone", "1"),
                ),
            ),
            Event(
                9,
                0,
                e.StartChildWorkflowExecutionFailed(
                    cause="WORKFLOW_ALREADY_RUNNING",
                    decision_task_completed_event_id=4,
                    initiated_event_id=5,
                    workflow_id="child",
                    workflow_type=TypeId("Child", "1"),
                ),
            ),
            Event(10, 0, e.WorkflowExecutionSignaled(signal_name="go")),
        ]
    )
    assert [(c.kind, c.id, c.state) for c in graph.calls.values()] == [
        ("child", "child", "failed"),
        ("marker", "m", "completed"),
        ("child", "never", "failed"),
        ("signal", "go", "completed"),
    ]


@pytest.mark.parametrize("draw", [mermaid, dot])
def test_equal_histories_give_equal_texts(draw):
    events = history(["good", "bad"])
    assert draw(graph_of(events), "w") == draw(graph_of(events), "w")
