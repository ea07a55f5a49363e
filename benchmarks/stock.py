"""Stock boto3 as a caller."""

from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config


class Stock:
    """A boto3 client behind the same `call` as the raw one."""

    def __init__(self, port: int) -> None:
        self._client = boto3.client(
            "swf",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            config=Config(read_timeout=70, retries={"total_max_attempts": 1}),
        )

    def call(self, operation: str, **request: Any) -> Any:
        return getattr(self._client, xform_name(operation))(**request)
