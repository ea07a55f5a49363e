"""A payload store in a bucket of Amazon S3, or of a server that speaks its protocol."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from flowy.errors import PayloadError
from flowy.payloads.store import Stored, missing, path_of, unreachable

SECONDS = 20
"""For one answer of S3; a task waits meanwhile."""
NOT_THERE = ("NoSuchKey", "404", "NotFound")
OURS = ("NoSuchBucket", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "403")
"""What no later try mends by itself; a person may, so that a decider is parked meanwhile."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bucket is and how objects are kept in it; what is None is S3's or boto3's default.

    `sse` is S3's ServerSideEncryption (AES256, aws:kms), `kms_key_id` the key for the latter.
    """

    region: str | None = None
    endpoint_url: str | None = None
    profile: str | None = None
    sse: str | None = None
    kms_key_id: str | None = None


class S3Store:
    """Payloads as objects `<prefix>/ab/ab12…` of a bucket. The first use connects, in any process.

    Needed are s3:GetObject and s3:PutObject; to remove payloads s3:ListBucket, s3:DeleteObject.
    """

    def __init__(self, bucket: str, prefix: str = "", place: Place | None = None) -> None:
        self.bucket = bucket
        self.prefix = prefix.strip("/")
        self._place = place or Place()

    def __repr__(self) -> str:
        return f"S3Store({self.bucket!r}, {self.prefix!r})"

    def put(self, key: str, data: bytes) -> str:
        """Keep these bytes.

        Raises:
            ServiceUnreachable: if S3 does not answer, or is busy.
            PayloadError: if it refuses.
        """
        name = self._name(key)
        self._call("put_object", Key=name, Body=data, **self._encryption())
        return f"s3://{quote(f'{self.bucket}/{name}')}"

    def get(self, key: str) -> bytes:
        """The bytes.

        Raises:
            PayloadError: if there are none, or S3 refuses.
            ServiceUnreachable: if S3 does not answer, or is busy.
        """
        found = self._call("get_object", Key=self._name(key), missing_key=key)
        try:
            data: bytes = found["Body"].read()
        except (BotoCoreError, OSError) as error:
            raise unreachable(str(self), error) from error
        return data

    def list(self) -> Iterator[Stored]:
        """All payloads below the prefix."""
        below = f"{self.prefix}/" if self.prefix else ""
        token: Mapping[str, str] = {}
        while True:
            page = self._call("list_objects_v2", Prefix=below, **token)
            for found in page.get("Contents", ()):
                at = round(found["LastModified"].timestamp() * 1000)
                yield Stored(found["Key"].rpartition("/")[2], found["Size"], at)
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def delete(self, key: str) -> None:
        """Remove a payload."""
        self._call("delete_object", Key=self._name(key))

    def _name(self, key: str) -> str:
        return f"{self.prefix}/{path_of(key)}" if self.prefix else path_of(key)

    def _encryption(self) -> dict[str, str]:
        said = {"ServerSideEncryption": self._place.sse, "SSEKMSKeyId": self._place.kms_key_id}
        return {name: value for name, value in said.items() if value is not None}

    @cached_property
    def _client(self) -> Any:
        place = self._place
        config = Config(connect_timeout=5, read_timeout=SECONDS, retries={"total_max_attempts": 3})
        session = boto3.Session(region_name=place.region, profile_name=place.profile)
        return session.client("s3", endpoint_url=place.endpoint_url, config=config)

    def _call(self, operation: str, *, missing_key: str = "", **wanted: Any) -> dict[str, Any]:
        try:
            call: Callable[..., dict[str, Any]] = getattr(self._client, operation)
            return call(Bucket=self.bucket, **wanted)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if missing_key and code in NOT_THERE:
                raise missing(missing_key, f"s3://{self.bucket}/{self.prefix}") from error
            if code in OURS:
                hint = "see [payloads] store and what its credentials may do"
                raise PayloadError(f"{self} refuses {operation}: {error}", hint=hint) from error
            raise unreachable(str(self), error) from error
        except BotoCoreError as error:
            raise unreachable(str(self), error) from error
