"""The public API is what is written here: a change of it is a decision, not an accident."""

import inspect

import flowy

PUBLIC = {
    "Activity",
    "ActivityProxy",
    "Canceled",
    "ChildPlaceholder",
    "Client",
    "Converter",
    "ExecutionFailed",
    "External",
    "FlowyError",
    "Form",
    "LambdaProxy",
    "NonDeterminismError",
    "Placeholder",
    "Retry",
    "SerializationError",
    "TaskCanceled",
    "TaskError",
    "TaskFailed",
    "TaskInfo",
    "TaskLost",
    "TaskNotScheduled",
    "TaskTimedOut",
    "Workflow",
    "WorkflowProxy",
    "activity",
    "current_task",
    "finish_order",
    "first",
    "gather",
    "hookimpl",
    "lambda_function",
    "on_signal",
    "parallel_reduce",
    "wait",
    "workflow",
}


def test_the_public_names_are_these():
    assert set(flowy.__all__) == PUBLIC


def test_the_list_of_public_names_is_sorted_and_each_of_them_is_there():
    assert list(flowy.__all__) == sorted(flowy.__all__)
    assert [name for name in flowy.__all__ if not hasattr(flowy, name)] == []


def test_every_public_thing_says_what_it_is_for():
    things = {name: getattr(flowy, name) for name in flowy.__all__}
    assert [name for name, thing in things.items() if not inspect.getdoc(thing)] == []


def test_every_public_method_says_what_it_is_for():
    silent = [
        f"{name}.{method}"
        for name in flowy.__all__
        if inspect.isclass(thing := getattr(flowy, name))
        for method, code in vars(thing).items()
        if inspect.isfunction(code) and not method.startswith("_") and not inspect.getdoc(code)
    ]
    assert silent == []
