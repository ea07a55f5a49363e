"""The service without sockets, in this process: what `python -m cProfile` can look into.

`benchmarks/inside.py [WORKFLOWS] [BATCH] [DATABASE]` prints the CPU time of a one-activity
workflow's seven calls when BATCH callers share each commit.
"""

import sys
import time
from typing import Any

import msgspec
import workloads
from servers import register

from flowy.engine.core.settings import Settings
from flowy.engine.polls import Presence
from flowy.engine.run_ids import RunIds
from flowy.engine.service import Service
from flowy.engine.store import Store


class Caller:
    """Calls the service directly; the answer is there once somebody has flushed."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.answered: tuple[int, bytes] | None = None

    def presence(self) -> Presence:
        return "here"

    def answer(self, status: int, body: bytes) -> None:
        self.answered = (status, body)

    def send(self, operation: str, **request: Any) -> None:
        self._service.call(operation, msgspec.json.encode(request), self, "us-east-1")

    def read(self) -> Any:
        assert self.answered is not None
        status, body = self.answered
        assert status == 200, body
        return msgspec.json.decode(body) if body else None

    def call(self, operation: str, **request: Any) -> Any:
        self.send(operation, **request)
        self._service.flush()
        return self.read()


def workflows(service: Service, callers: list[Caller], turn: int) -> None:
    """Each caller takes one one-activity workflow through its calls, all of them in step."""

    def step(operation: str, *requests: dict[str, Any]) -> list[Any]:
        for caller, request in zip(callers, requests, strict=True):
            caller.send(operation, **request)
        service.flush()
        return [caller.read() for caller in callers]

    names = [f"{turn}-{number}" for number in range(len(callers))]
    started = {"domain": "d", "workflowType": workloads.FLOW}
    step("StartWorkflowExecution", *(started | {"workflowId": name} for name in names))
    for decision in (workloads.schedule("a"), workloads.COMPLETE):
        tasks = step("PollForDecisionTask", *[workloads.DECISIONS] * len(callers))
        answers = [{"taskToken": task["taskToken"], "decisions": [decision]} for task in tasks]
        step("RespondDecisionTaskCompleted", *answers)
        if decision is workloads.COMPLETE:
            break
        tasks = step("PollForActivityTask", *[workloads.WORK] * len(callers))
        results = [{"taskToken": task["taskToken"], "result": "3"} for task in tasks]
        step("RespondActivityTaskCompleted", *results)


def main(count: int = 2_000, batch: int = 8, database: str = ":memory:") -> None:
    service = Service(Store(database), Settings(), RunIds(b"bench"), print)
    callers = [Caller(service) for _ in range(batch)]
    register(callers[0])
    began = time.process_time()
    for turn in range(count // batch):
        workflows(service, callers, turn)
    each = (time.process_time() - began) / count
    print(f"{each * 1e6:.0f} µs CPU for each workflow, {each / 7 * 1e6:.0f} µs for each call")
    service.stop()


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*(int(text) for text in given[:2]), *given[2:])
