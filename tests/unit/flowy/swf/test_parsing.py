"""botocore's parser beside ours: the same values, and for faults the same errors."""

import botocore.session
import pytest
from botocore.parsers import JSONParser

from flowy.swf.parsing import PlainJSONParser, PlainParsers

MODEL = botocore.session.Session().get_service_model("swf")
PAGE = b"""{"previousStartedEventId": 0, "startedEventId": 3, "taskToken": "t",
 "workflowExecution": {"workflowId": "w", "runId": "r"},
 "workflowType": {"name": "Gr\xc3\xb6\xc3\x9fe", "version": "1"},
 "events": [{"eventId": 1, "eventTimestamp": 1420142400.123, "eventType": "TimerFired",
   "timerFiredEventAttributes": {"timerId": "a", "startedEventId": 5}}]}"""


def parsed(parser, body, operation="PollForDecisionTask", status=200):
    shape = MODEL.operation_model(operation).output_shape
    response = {"status_code": status, "headers": {"x-amzn-requestid": "7"}, "body": body}
    return parser.parse(response, shape)


def both(body, **about):
    """What ours makes of an answer, and what botocore's does."""
    ours = parsed(PlainParsers().create_parser("json"), body, **about)
    return ours, parsed(JSONParser(timestamp_parser=float), body, **about)


@pytest.mark.parametrize("operation", ["PollForDecisionTask", "GetWorkflowExecutionHistory"])
def test_a_page_of_events_is_what_botocore_makes_of_it(operation):
    ours, theirs = both(PAGE, operation=operation)
    assert ours["events"] == theirs["events"]
    assert ours["ResponseMetadata"] == theirs["ResponseMetadata"]
    assert theirs.items() <= ours.items()  # a member that the model lacks may be there


def test_events_are_not_walked(monkeypatch):
    monkeypatch.setattr(JSONParser, "_parse_shape", lambda *_: pytest.fail("walked"))
    assert len(parsed(PlainJSONParser(), PAGE)["events"]) == 1


def test_a_fault_is_read_as_botocore_reads_it():
    body = b'{"__type": "com.amazonaws.swf.base.model#UnknownResourceFault", "message": "no"}'
    ours, theirs = both(body, status=400)
    assert ours == theirs
    assert ours["Error"]["Code"] == "UnknownResourceFault"


def test_an_answer_that_is_no_object_is_left_to_botocore():
    ours, theirs = both(b"<html>a portal</html>", operation="GetWorkflowExecutionHistory")
    assert ours == theirs


def test_other_answers_and_protocols_keep_botocores_parser():
    body = b'{"runId": "r"}'
    ours, theirs = both(body, operation="StartWorkflowExecution")
    assert ours == theirs
    assert not isinstance(PlainParsers().create_parser("query"), JSONParser)
