"""`ActivityEnvironment`: one activity alone, with a link that a test reads and pulls."""

from collections.abc import Callable
from typing import Any

from flowy import converter, forms
from flowy._activity import Activity, TaskInfo
from flowy.converter import Converter
from flowy.errors import OptionError
from flowy.registry import ActivityDefinition, annotated_types, definition
from flowy.swf.tasks import ActivityTask
from flowy.swf.values import ExecutionId
from flowy.vocabulary import Vocabulary
from flowy.worker import execution
from flowy.worker.execution import Outcome
from flowy.worker.heartbeats import TaskLink


class ActivityEnvironment:
    """Runs activities as a worker would, without a service.

    `heartbeats` are the details that the code gave, as values (None: without). Set `canceled`,
    `stopping` or `gone` before a run, or in `on_heartbeat`, which is called after each heartbeat:

        env = ActivityEnvironment()
        env.on_heartbeat = lambda details: setattr(env, "canceled", details == 3)
        assert env.run(Transcode, "in.mov") is None and env.heartbeats == [1, 2, 3]

    `attempt` and `last_details` are what the code finds in its task. `deferred` is whether it gave
    its token away, which is "token".
    """

    def __init__(self, *, attempt: int = 1, last_details: Any = None) -> None:
        self.heartbeats: list[Any] = []
        self.canceled = False
        self.stopping = False
        self.gone = False
        self.on_heartbeat: Callable[[Any], object] = lambda _details: None
        self.attempt = attempt
        self.last_details = last_details
        self.deferred = False

    def run(self, activity: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The value that the code returns; what it raises comes out as it is.

        Arguments and result go through JSON, as they do on their way over the service.

        Raises:
            SerializationError: for an argument or a result without a JSON form.
            OptionError: for something that is no activity.
        """
        found = defined(activity)
        known = converter_of(found)
        text = forms.write_input(forms.write_arguments(args, kwargs, known))
        given = forms.read_input(text, known)
        info = TaskInfo(RUN, found.type, ID, self.attempt, self.last_details)
        value = execution.call(found, Activity(info, self), given)
        return forms.read_result(forms.write_result(value, known), known)

    def answer(self, activity: Callable[..., Any], *args: Any, **kwargs: Any) -> Outcome:
        """How a worker would answer: Completed, Failed, Canceled, Deferred or Unanswered."""
        found = defined(activity)
        known = converter_of(found)
        details = None if self.last_details is None else converter.dumps(self.last_details)
        meta = forms.Meta(attempt=self.attempt, details=details)
        text = forms.write_input(forms.write_arguments(args, kwargs, known), meta)
        return execution.run(found, ActivityTask("", RUN, ID, found.type, text, 0), self, known)

    def defer(self) -> str:
        """Take the task from the running code, and give it its token."""
        self.deferred = True
        return "token"

    def beat(self, details: str | None) -> None:
        """Take a heartbeat, within SWF's limits. For flowy's own code: `Activity.heartbeat`."""
        TaskLink("", 0, automatic=False).beat(details)  # it knows the limits
        value = None if details is None else converter.loads(details)
        self.heartbeats.append(value)
        self.on_heartbeat(value)


RUN = ExecutionId("flowy.testing", "run")
ID = "activity"


def converter_of(found: ActivityDefinition) -> Converter:
    """What the activity's own converter and its annotations know."""
    known = Vocabulary()
    known.learn(found.forms, annotated_types(found))
    return known.converter


def defined(activity: Callable[..., Any]) -> ActivityDefinition:
    """What the decorator said.

    Raises:
        OptionError: for something that is not decorated.
    """
    found = definition(activity)
    if not isinstance(found, ActivityDefinition):
        raise OptionError(f"{activity!r} is no activity", hint="decorate it with @activity(...)")
    return found
