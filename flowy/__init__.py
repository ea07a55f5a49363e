"""The public API of flowy: workflows in plain Python on Amazon SWF."""

import sys

from flowy import _activity, _workflow
from flowy._activity import Activity, TaskInfo, activity, current_task
from flowy._lambda import lambda_function
from flowy._notes import on_signal
from flowy._workflow import Workflow, workflow
from flowy.client import Client
from flowy.combinators import finish_order, first, gather, wait
from flowy.converter import Converter
from flowy.errors import (
    Canceled,
    ExecutionFailed,
    FlowyError,
    NonDeterminismError,
    SerializationError,
    TaskCanceled,
    TaskError,
    TaskFailed,
    TaskLost,
    TaskNotScheduled,
    TaskTimedOut,
)
from flowy.externals import ChildPlaceholder, External
from flowy.fanning import parallel_reduce
from flowy.hookspecs import hookimpl
from flowy.lambda_proxy import LambdaProxy
from flowy.options import Retry
from flowy.placeholders import Placeholder
from flowy.proxies import ActivityProxy
from flowy.tags import Form
from flowy.workflow_proxy import WorkflowProxy

__all__ = [
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
]

# The older tutorials import from these paths; here the names mean the decorators.
sys.modules["flowy.activity"] = _activity
sys.modules["flowy.workflow"] = _workflow
