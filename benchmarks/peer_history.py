"""The history of a sequential workflow, as the polls of any decider bring it."""

from typing import Any

AT = 1_420_143_000.1


def history(done: int, ident: str, given: str, inputs: Any) -> list[dict[str, Any]]:
    """What a decider gets after `done` activities; `inputs(n)` is the n-th one's input."""
    events: list[dict[str, Any]] = []

    def add(kind: str, **attributes: Any) -> int:
        name = kind[0].lower() + kind[1:] + "EventAttributes"
        number = len(events) + 1
        events.append(
            {"eventId": number, "eventTimestamp": AT + number, "eventType": kind, name: attributes}
        )
        return number

    def decide() -> tuple[int, int]:
        scheduled = add("DecisionTaskScheduled", taskList={"name": "tl"}, startToCloseTimeout="60")
        return scheduled, add("DecisionTaskStarted", identity="h", scheduledEventId=scheduled)

    add(
        "WorkflowExecutionStarted",
        childPolicy="TERMINATE",
        executionStartToCloseTimeout="3600",
        taskStartToCloseTimeout="60",
        input=given,
        taskList={"name": "tl"},
        parentInitiatedEventId=0,
        workflowType={"name": "W", "version": "1"},
    )
    for number in range(done):
        scheduled, started = decide()
        by = add("DecisionTaskCompleted", scheduledEventId=scheduled, startedEventId=started)
        task = add(
            "ActivityTaskScheduled",
            activityId=ident.format(number),
            activityType={"name": "add", "version": "1"},
            decisionTaskCompletedEventId=by,
            input=inputs(number),
            taskList={"name": "tl"},
            heartbeatTimeout="NONE",
            scheduleToCloseTimeout="600",
            scheduleToStartTimeout="300",
            startToCloseTimeout="300",
        )
        began = add("ActivityTaskStarted", identity="h", scheduledEventId=task)
        add(
            "ActivityTaskCompleted",
            result=str(number),
            scheduledEventId=task,
            startedEventId=began,
        )
    decide()
    return events
