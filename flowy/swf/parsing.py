"""Histories parsed as the plain JSON they are: botocore's parser walks its model for each event.

That walk costs 34 µs per event, ten times what the rest of a replay does with it.
"""

from typing import Any

import msgspec
from botocore.parsers import JSONParser, ResponseParserFactory

WITH_EVENTS = frozenset({"DecisionTask", "History"})
"""The output shapes of PollForDecisionTask and GetWorkflowExecutionHistory."""
NUMBERS = {"timestamp_parser": float}
"""The documented option: else botocore makes datetimes, for half of its parsing time."""


class PlainJSONParser(JSONParser):  # type: ignore[misc]  # botocore has no types
    """botocore's parser, but for answers that hold events. Faults are read as ever."""

    def parse(self, response: Any, shape: Any) -> Any:
        """A response as a dict: its body's members, and ResponseMetadata."""
        if shape is None or shape.name not in WITH_EVENTS or response["status_code"] != 200:
            return super().parse(response, shape)
        try:
            body = msgspec.json.decode(response["body"], type=dict[str, Any])
        except msgspec.MsgspecError:  # no object, or no JSON: botocore knows what to say
            return super().parse(response, shape)
        names = {name.lower(): value for name, value in response["headers"].items()}
        about = {"HTTPStatusCode": response["status_code"], "HTTPHeaders": names}
        if "x-amzn-requestid" in names:
            about["RequestId"] = names["x-amzn-requestid"]
        return {**body, "ResponseMetadata": about}


class PlainParsers(ResponseParserFactory):  # type: ignore[misc]  # botocore has no types
    """Makes the parser above where botocore would make its own for the protocol "json"."""

    def __init__(self) -> None:
        super().__init__()
        self.set_parser_defaults(**NUMBERS)

    def create_parser(self, protocol_name: Any) -> Any:
        """A parser for one client."""
        if protocol_name == "json":
            return PlainJSONParser(**NUMBERS)
        return super().create_parser(protocol_name)
