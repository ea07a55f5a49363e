"""What a page of history costs to parse: botocore's parser, and the one of `flowy.swf.parsing`.

`benchmarks/history.py [EVENTS]` prints microseconds of CPU per event, events of ours included.
"""

import json
import sys
import time
from typing import Any

import botocore.session
from botocore.parsers import JSONParser

from flowy.swf.parsing import PlainJSONParser
from flowy.swf.wire import event_from_wire

ROUNDS = 5


def page(count: int) -> bytes:
    """Activities that were scheduled, started and completed."""
    events = []
    for number in range(1, count, 3):
        scheduled = {
            "activityId": f"resize-{number}",
            "activityType": {"name": "Resize", "version": "1"},
            "decisionTaskCompletedEventId": 4,
            "input": json.dumps({"$flowy": 1, "args": ["x" * 40], "kwargs": {"width": number}}),
            "taskList": {"name": "images"},
            "startToCloseTimeout": "3600",
        }
        started = {"scheduledEventId": number, "identity": "host:1"}
        completed = {"scheduledEventId": number, "startedEventId": number + 1, "result": '"done"'}
        kinds = {"Scheduled": scheduled, "Started": started, "Completed": completed}
        for offset, (kind, attributes) in enumerate(kinds.items()):
            events.append(
                {
                    "eventId": number + offset,
                    "eventTimestamp": 1420142400.5,
                    "eventType": f"ActivityTask{kind}",
                    f"activityTask{kind}EventAttributes": attributes,
                }
            )
    return json.dumps({"events": events}).encode()


def cost(parser: Any, body: bytes, *, values: bool = False) -> float:
    """The least seconds of CPU for one page."""
    model = botocore.session.Session().get_service_model("swf")
    shape = model.operation_model("GetWorkflowExecutionHistory").output_shape
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        answer = parser.parse({"status_code": 200, "headers": {}, "body": body}, shape)
        if values:
            for event in answer["events"]:
                event_from_wire(event)
        times.append(time.process_time() - began)
    return min(times)


def main(count: int = 24_999) -> None:
    body = page(count)
    print(f"{count:,} events, {len(body):,} bytes")
    for name, parser in {
        "botocore": JSONParser(),
        "botocore, times as numbers": JSONParser(timestamp_parser=float),
        "flowy": PlainJSONParser(),
    }.items():
        print(f"{name:<28} {cost(parser, body) / count * 1e6:7.2f} µs per event")
    whole = cost(PlainJSONParser(), body, values=True)
    print(f"{'flowy, as values':<28} {whole / count * 1e6:7.2f} µs per event")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
