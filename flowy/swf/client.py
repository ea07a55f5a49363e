"""SWF, or the engine in its place, for one domain: each method is one operation.

Loaded lazily by others, since importing boto3 takes a seventh of a second.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import structlog

from flowy.errors import ServiceError, UnknownResource
from flowy.options import Options, WorkflowOptions
from flowy.own_names import own_names
from flowy.payloads import Payloads
from flowy.swf import limits, parameters, transport
from flowy.swf.connection import call, connect, open_session, warm
from flowy.swf.decisions import Decision
from flowy.swf.descriptions import ExecutionInfo, RegisteredType, execution_info
from flowy.swf.endpoints import is_loopback
from flowy.swf.events import Event
from flowy.swf.naming import named_options
from flowy.swf.tasks import (
    ActivityTask,
    DecisionTask,
    LambdaTask,
    activity_task,
    decision_task,
    lambda_task,
)
from flowy.swf.values import ExecutionId, TypeId
from flowy.swf.wire import decision_to_wire, event_from_wire

_log = structlog.get_logger()

POLL_READ_SECONDS = 75
"""SWF holds a poll for 60 s and botocore's own time-out is 60 s: a late answer must not be lost."""
READ_SECONDS = 30


class SWFClient:
    """SWF's operations on one domain. Threads may share it; making it opens no socket.

    `credentials` are (access key id, secret key); without them boto3's own chain is asked, and for
    an `endpoint_url` on loopback that finds none, any will do. Inputs, results and details cross
    through `payloads` both ways; a decider's answers and an activity's input its worker sees to.
    `instance` is what `{instance}` in task lists stands for.
    `read_seconds` is how long any answer but a poll's may take.
    """

    def __init__(  # noqa: PLR0913  # what a program may want, each by name
        self,
        domain: str,
        *,
        endpoint_url: str | None = None,
        region: str | None = None,
        profile: str | None = None,
        credentials: tuple[str, str] | None = None,
        payloads: Payloads | None = None,
        instance: str = "",
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self.domain = domain
        self.payloads = payloads or Payloads()
        self.names = own_names(instance)
        self.endpoint_url = endpoint_url
        self.loopback = is_loopback(endpoint_url)
        self._session = open_session(region, profile, credentials, loopback=self.loopback)
        # botocore would poll again by itself and lose the first answer's token; a response
        # that it repeated unseen would be refused as unknown although the first one counted.
        self._polls = connect(self._session, endpoint_url, POLL_READ_SECONDS, 1)
        self._once = connect(self._session, endpoint_url, read_seconds, 1)
        self._reads = connect(self._session, endpoint_url, read_seconds, 3)

    def warm(self) -> None:
        """Have botocore work out what it works out at first calls. Nothing is sent."""
        nowhere = {"domain": self.domain, "taskList": {"name": "nobody"}}
        warm(self._polls, "poll_for_activity_task", **nowhere)
        warm(self._polls, "poll_for_decision_task", **nowhere)
        warm(self._once, "respond_activity_task_completed", taskToken="nobody")
        warm(self._once, "respond_decision_task_completed", taskToken="nobody")

    # Polls ---------------------------------------------------------------------------------------

    def poll_decision(
        self, task_list: str, identity: str, *, news_only: bool = False
    ) -> DecisionTask | None:
        """Wait up to a minute for a decision task; all pages of its history are fetched.

        With `news_only` its history begins with the DecisionTaskStarted of the last completed one.
        """
        wanted = {
            "domain": self.domain,
            "taskList": {"name": task_list},
            "identity": identity,
            "maximumPageSize": limits.PAGE,
            "startAtPreviousStartedEvent": news_only or None,
        }
        first = call(self._polls, "poll_for_decision_task", **wanted)
        if not first.get("taskToken"):
            return None
        events = list(first["events"])
        page = first
        while token := page.get("nextPageToken"):
            # A page is no new task: unlike the first request it may be repeated.
            page = call(self._reads, "poll_for_decision_task", **wanted, nextPageToken=token)
            events.extend(page["events"])
        return decision_task(first, events, self.payloads.read_event)

    def poll_activity(self, task_list: str, identity: str) -> ActivityTask | None:
        """Wait up to a minute for an activity task."""
        found = call(
            self._polls,
            "poll_for_activity_task",
            domain=self.domain,
            taskList={"name": task_list},
            identity=identity,
        )
        return activity_task(found) if found.get("taskToken") else None

    def poll_lambda(self, identity: str) -> LambdaTask | None:
        """Wait up to a minute for a Lambda function to run; the engine's own, unknown to SWF."""
        found = self._private("PollForLambdaTask", domain=self.domain, identity=identity)
        return lambda_task(found) if found.get("taskToken") else None

    def release_polls(self, identity: str) -> bool:
        """Have the held polls of an identity answered empty at once; False: not to be had here.

        ReleasePolls is the engine's own operation; others refuse it.
        """
        with suppress(ServiceError):  # a server that is gone holds no poll
            self._private("ReleasePolls", identity=identity)
            return True
        return False

    def _private(self, operation: str, **wanted: Any) -> dict[str, Any]:
        """One of the operations that botocore does not know."""
        read = POLL_READ_SECONDS if operation.startswith("Poll") else READ_SECONDS
        return transport.send(self._session, self.endpoint_url, operation, read, **wanted)

    # Responses -----------------------------------------------------------------------------------

    def complete_decision(
        self,
        token: str,
        decisions: Sequence[Decision],
        context: str | None = None,
        task_list: str | None = None,
        schedule_to_start: str | None = None,
    ) -> None:
        """Answer a decision task; `task_list` and its time-out are where the next one goes."""
        call(
            self._once,
            "respond_decision_task_completed",
            taskToken=token,
            decisions=[decision_to_wire(decision) for decision in decisions],
            executionContext=context,
            taskList=None if task_list is None else {"name": task_list},
            taskListScheduleToStartTimeout=schedule_to_start,
        )

    def complete_activity(self, token: str, result: str | None) -> None:
        """Answer an activity task with its result."""
        written = self.payloads.write(result)
        call(self._once, "respond_activity_task_completed", taskToken=token, result=written)

    def fail_activity(self, token: str, reason: str, details: str | None) -> None:
        """Answer that an activity task failed."""
        call(
            self._once,
            "respond_activity_task_failed",
            taskToken=token,
            reason=reason,
            details=self.payloads.write_failure(details),
        )

    def cancel_activity(self, token: str, details: str | None) -> None:
        """Answer that an activity task was canceled."""
        written = self._short(details)
        call(self._once, "respond_activity_task_canceled", taskToken=token, details=written)

    def heartbeat(self, token: str, details: str | None) -> bool:
        """Say that an activity task is alive; whether SWF wants it canceled."""
        written = self._short(details, limits.HEARTBEAT_DETAILS)
        answer = call(
            self._once, "record_activity_task_heartbeat", taskToken=token, details=written
        )
        return bool(answer["cancelRequested"])

    def _short(self, details: str | None, most: int = limits.DATA) -> str | None:
        """Details as they are sent; None, and a warning, where codecs make them too long."""
        written = self.payloads.write_short(details, most)
        if details is not None and written is None:
            _log.warning("details are left out: too long once coded", most=most)
        return written

    def complete_lambda(self, token: str, result: str) -> None:
        """Answer a Lambda function with the JSON text of what it returned."""
        self._private("RespondLambdaTaskCompleted", taskToken=token, result=result)

    def fail_lambda(self, token: str, reason: str, details: str) -> None:
        """Answer that a Lambda function failed: its error's type, and the payload of the error."""
        self._private("RespondLambdaTaskFailed", taskToken=token, reason=reason, details=details)

    # Executions ----------------------------------------------------------------------------------

    def start(
        self,
        workflow_id: str,
        type: TypeId,
        input: str | None,
        options: WorkflowOptions | None = None,
    ) -> str:
        """Start an execution; its runId. Options that nobody said are the registered defaults."""
        answer = call(
            self._once,
            "start_workflow_execution",
            domain=self.domain,
            workflowId=workflow_id,
            workflowType=msgspec.to_builtins(type),
            input=self.payloads.write_input(input),
            **parameters.start_options(named_options(options or WorkflowOptions(), self.names)),
        )
        return str(answer["runId"])

    def signal(
        self, workflow_id: str, name: str, input: str | None, run_id: str | None = None
    ) -> None:
        """Signal an open execution."""
        said = {"signalName": name, "input": self.payloads.write(input)}
        self._on_execution("signal_workflow_execution", workflow_id, run_id, **said)

    def request_cancel(self, workflow_id: str, run_id: str | None = None) -> None:
        """Ask an open execution to cancel itself."""
        self._on_execution("request_cancel_workflow_execution", workflow_id, run_id)

    def terminate(
        self, workflow_id: str, reason: str | None = None, run_id: str | None = None
    ) -> None:
        """Close an open execution at once, as its child policy says."""
        self._on_execution("terminate_workflow_execution", workflow_id, run_id, reason=reason)

    def _on_execution(
        self, operation: str, workflow_id: str, run_id: str | None, **more: Any
    ) -> None:
        """One of the operations that name an open execution."""
        call(
            self._once, operation, domain=self.domain, workflowId=workflow_id, runId=run_id, **more
        )

    def describe(self, execution: ExecutionId) -> ExecutionInfo:
        """What SWF tells of one run."""
        found = call(
            self._reads,
            "describe_workflow_execution",
            domain=self.domain,
            execution=msgspec.to_builtins(execution),
        )
        context = self.payloads.read(found.get("latestExecutionContext"))
        return execution_info(found["executionInfo"], context, found.get("openCounts", {}))

    def history(
        self, execution: ExecutionId, *, newest_first: bool = False, page: int = limits.PAGE
    ) -> Iterator[Event]:
        """The events of one run; pages of so many events are fetched as they are needed."""
        for found in self._pages(
            "get_workflow_execution_history",
            execution=msgspec.to_builtins(execution),
            reverseOrder=newest_first,
            maximumPageSize=page,
        ):
            yield from map(self.payloads.read_event, map(event_from_wire, found["events"]))

    def executions(
        self, *, open: bool, workflow_id: str | None = None, since: int = 0
    ) -> Iterator[ExecutionInfo]:
        """Executions, newest first, that started at or after `since` (ms since the epoch)."""
        state = "open" if open else "closed"
        only = None if workflow_id is None else {"workflowId": workflow_id}
        for page in self._pages(
            f"list_{state}_workflow_executions",
            startTimeFilter={"oldestDate": since / 1000},
            executionFilter=only,
        ):
            yield from map(execution_info, page["executionInfos"])

    def _pages(self, operation: str, **wanted: Any) -> Iterator[dict[str, Any]]:
        """All pages of a list; each is fetched when it is needed."""
        token = None
        while True:
            page = call(self._reads, operation, domain=self.domain, nextPageToken=token, **wanted)
            yield page
            token = page.get("nextPageToken")
            if not token:
                return

    def latest_run(self, workflow_id: str) -> ExecutionId:
        """The open run of a workflowId, else the one that started last.

        Raises:
            UnknownResource: if the domain has none, or none that it still keeps.
        """
        for still_open in (True, False):
            found = next(self.executions(open=still_open, workflow_id=workflow_id), None)
            if found is not None:
                return found.execution
        raise UnknownResource(
            "UnknownResourceFault",
            f"the domain {self.domain} has no execution {workflow_id!r}",
            hint="check the id; a closed one is kept for the domain's retention only",
        )

    # Domains and types ---------------------------------------------------------------------------

    def register_domain(self, retention_days: int = 30) -> None:
        """Register this domain; closed executions are kept for `retention_days` (0 to 90)."""
        call(
            self._once,
            "register_domain",
            name=self.domain,
            workflowExecutionRetentionPeriodInDays=str(retention_days),
        )

    def describe_domain(self) -> str:
        """The status of this domain: REGISTERED or DEPRECATED."""
        found = call(self._reads, "describe_domain", name=self.domain)
        return str(found["domainInfo"]["status"])

    def register_activity_type(self, type: TypeId, options: Options, description: str = "") -> None:
        """Register an activity type with its options as defaults."""
        defaults = parameters.activity_defaults(options)
        self._register("register_activity_type", type, defaults, description)

    def register_workflow_type(
        self, type: TypeId, options: WorkflowOptions, description: str = ""
    ) -> None:
        """Register a workflow type with its options as defaults."""
        defaults = parameters.workflow_defaults(options)
        self._register("register_workflow_type", type, defaults, description)

    def _register(
        self, operation: str, type: TypeId, defaults: dict[str, Any], description: str
    ) -> None:
        wanted = {"domain": self.domain, **msgspec.to_builtins(type), **defaults}
        call(
            self._once, operation, **wanted | ({"description": description} if description else {})
        )

    def describe_activity_type(self, type: TypeId) -> RegisteredType:
        """An activity type as it is registered."""
        found = call(
            self._reads,
            "describe_activity_type",
            domain=self.domain,
            activityType=msgspec.to_builtins(type),
        )
        return RegisteredType(type, found["typeInfo"]["status"], found["configuration"])

    def describe_workflow_type(self, type: TypeId) -> RegisteredType:
        """A workflow type as it is registered."""
        found = call(
            self._reads,
            "describe_workflow_type",
            domain=self.domain,
            workflowType=msgspec.to_builtins(type),
        )
        return RegisteredType(type, found["typeInfo"]["status"], found["configuration"])

    def workflow_versions(self, name: str) -> list[str]:
        """The registered versions of a workflow type."""
        pages = self._pages("list_workflow_types", name=name, registrationStatus="REGISTERED")
        found = (info["workflowType"] for page in pages for info in page["typeInfos"])
        return [known["version"] for known in found if known["name"] == name]
