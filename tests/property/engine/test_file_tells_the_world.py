"""At any moment the file holds all that a restart needs, and answers agree with it."""

from random import Random
from typing import Any

from engine_life import standing
from history_rules import broken_rules
from random_calls import CLOSES, DECISIONS, GIVEN, LISTS, NAMES, OVERRIDES, drawn
from service_play import ACTIVITIES, DOMAIN, FLOW, ServicePlay

from flowy.engine.core.world import World
from flowy.swf.wire import decision_to_wire, event_from_wire

STEPS = 600


class Walk:
    """Random calls over the wire, by clients that forget nothing but who may be late."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.play = ServicePlay(history_events=60, open_activities=3)
        self.tokens: dict[str, list[str]] = {"decision": [], "activity": [], "lambda": []}

    @property
    def world(self) -> World:
        return self.play.service._desk.world

    def call(self, operation: str, **request: Any) -> Any:
        """The answer, or None if the call was refused; no call may fail."""
        caller = self.play.call(operation, **request)
        assert caller.status in (0, 200, 400), (operation, request, caller.body)
        return caller.body if caller.status == 200 else None

    def step(self) -> None:
        steps = [self.start, self.decide, self.decide, self.poll_decision, self.answer_late]
        steps += [self.poll_activity, self.work, self.work, self.poll_lambda, self.compute]
        self.random.choice([*steps, self.signal, self.end, self.pass_time])()

    # -- callers -----------------------------------------------------------------------------

    def start(self) -> None:
        given = drawn(GIVEN, self.random)
        members = {
            "childPolicy": given.child_policy,
            "executionStartToCloseTimeout": given.execution_start_to_close_timeout,
            "lambdaRole": given.lambda_role,
            "taskPriority": given.task_priority,
        }
        name = self.random.choice(NAMES)
        asked = {"domain": DOMAIN, "workflowId": name, "workflowType": FLOW}
        self.call("StartWorkflowExecution", **asked, **members)

    def signal(self) -> None:
        name = self.random.choice(NAMES)
        if self.random.random() < 0.3:
            self.call("RequestCancelWorkflowExecution", domain=DOMAIN, workflowId=name)
        signal = {"signalName": "s", "input": 'ünï \u2028 \\ "'}
        self.call("SignalWorkflowExecution", domain=DOMAIN, workflowId=name, **signal)

    def end(self) -> None:
        if self.random.random() < 0.3:
            name = self.random.choice(NAMES)
            self.call("TerminateWorkflowExecution", domain=DOMAIN, workflowId=name)

    def pass_time(self) -> None:
        self.play.wait(self.random.choice([0, 0.5, 1, 2]))

    # -- deciders and workers ----------------------------------------------------------------

    def poll(self, space: str, operation: str, **asked: Any) -> str | None:
        """Poll once; one that would be held is given up."""
        task = self.call(operation, identity="me", **asked)
        self.call("ReleasePolls", identity="me")
        self.play.service._desk.polls.released.clear()
        token: str | None = task and task.get("taskToken")
        if token:
            self.tokens[space].append(token)
        return token

    def poll_decision(self) -> str | None:
        asked = {"domain": DOMAIN, "taskList": {"name": self.random.choice(LISTS)}}
        return self.poll("decision", "PollForDecisionTask", **asked)

    def decide(self) -> None:
        if self.poll_decision():
            self.answer(self.tokens["decision"].pop())

    def answer_late(self) -> None:
        if self.tokens["decision"]:
            self.random.shuffle(self.tokens["decision"])
            self.answer(self.tokens["decision"].pop())

    def answer(self, token: str) -> None:
        decisions = [
            drawn(self.random.choice(DECISIONS), self.random)
            for _ in range(self.random.randrange(4))
        ]
        if self.random.random() < 0.15:
            decisions.append(drawn(self.random.choice(CLOSES), self.random))
        options: dict[str, Any] = {}
        override = self.random.choice(OVERRIDES)
        if override:
            options["taskList"] = {"name": override[0].name}
            options["taskListScheduleToStartTimeout"] = override[1]
        wire = [decision_to_wire(decision) for decision in decisions]
        self.call("RespondDecisionTaskCompleted", taskToken=token, decisions=wire, **options)

    def poll_activity(self) -> None:
        self.poll("activity", "PollForActivityTask", **ACTIVITIES)

    def work(self) -> None:
        if not self.tokens["activity"]:
            self.poll_activity()
        for token in self.tokens["activity"][:1]:
            how = self.random.choice(["Completed", "Failed", "Canceled", "beat", "beat"])
            if how == "beat":
                self.call("RecordActivityTaskHeartbeat", taskToken=token, details="d")
            else:
                self.call(f"RespondActivityTask{how}", taskToken=token)
                self.tokens["activity"].remove(token)

    def poll_lambda(self) -> None:
        self.poll("lambda", "PollForLambdaTask", domain=DOMAIN)

    def compute(self) -> None:
        for token in self.tokens["lambda"]:
            how = self.random.choice(["Completed", "Failed"])
            self.call(f"RespondLambdaTask{how}", taskToken=token)
        self.tokens["lambda"].clear()

    # -- what always holds -------------------------------------------------------------------

    def check(self) -> None:
        """A world made from the file is the world, but for what nobody could tell."""
        world = self.world
        again = self.play.service._desk.store.load(world.settings, world.new_run_id)
        assert again.runs == world.runs
        assert again.registry.types == world.registry.types
        assert again.open_ids == world.open_ids
        assert again.open_counts == +world.open_counts
        assert again.heard == world.heard
        assert again.lists._places == world.lists._places
        assert standing(again) == standing(world)

    def infos(self) -> list[Any]:
        """All executions there are, in pages."""
        found: list[Any] = []
        for state in ("Open", "Closed"):
            asked: dict[str, Any] = {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0}}
            page = self.play.ok(f"List{state}WorkflowExecutions", **asked)
            found += page["executionInfos"]
            while "nextPageToken" in page:
                asked["nextPageToken"] = page["nextPageToken"]
                page = self.play.ok(f"List{state}WorkflowExecutions", **asked)
                found += page["executionInfos"]
        return found

    def check_histories(self) -> set[str]:
        """Read every history; returns the types of events that came about."""
        met = set[str]()
        for info in self.infos():
            wire = self.play.history(info["execution"])
            events = [event_from_wire(event) for event in wire]
            assert broken_rules(events) == []
            assert info["startTimestamp"] == wire[0]["eventTimestamp"]
            if info["executionStatus"] == "CLOSED":
                assert info["closeTimestamp"] == wire[-1]["eventTimestamp"]
            met.update(event.type for event in events)
        return met


def test_world_made_from_the_file_is_the_world() -> None:
    met = set[str]()
    for seed in range(10):
        walk = Walk(seed)
        for number in range(STEPS):
            walk.step()
            if number % 5 == 0:
                walk.check()
        met |= walk.check_histories()
    # Enough to be worth something: each family of events is there.
    assert len(met) > 45
