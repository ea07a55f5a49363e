"""The S3 store against moto's S3: payloads under a prefix, encrypted at rest, and its refusals."""

from uuid import uuid4

import boto3
import pytest

from flowy import ActivityProxy, Workflow, activity, workflow
from flowy.codecs import Zlib
from flowy.errors import PayloadError, ServiceUnreachable
from flowy.payloads import PayloadSettings
from flowy.payloads.s3 import Place, S3Store
from flowy.payloads.stores import open_payloads, open_store
from flowy.references import find, key_of
from flowy.testing import Environment

KEY = key_of("a text")


@activity("Grow", 1, "work")
def grow(text, times):
    return text * times


@workflow("Growing", 1, "decisions")
class Growing(Workflow):
    grow = ActivityProxy(grow)

    def run(self, text):
        grown = self.grow(text, 2)
        return [len(grown.result()), self.grow(grown, 1)]


@pytest.fixture
def s3(moto_url, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    return boto3.client("s3", endpoint_url=moto_url, region_name="eu-west-1")


@pytest.fixture
def bucket(s3):
    name = f"payloads-{uuid4()}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return name


@pytest.fixture
def place(moto_url):
    return Place(region="eu-west-1", endpoint_url=moto_url)


def test_what_was_put_is_there_for_another_process(bucket, place):
    store = S3Store(bucket, "flowy/shop", place)
    uri = store.put(KEY, b"bytes")

    assert uri == f"s3://{bucket}/flowy/shop/{KEY[:2]}/{KEY}"
    assert S3Store(bucket, "/flowy/shop/", place).get(KEY) == b"bytes"
    (found,) = store.list()
    assert (found.key, found.size) == (KEY, 5)
    assert found.at > 1_600_000_000_000


def test_payloads_of_another_prefix_are_not_seen(bucket, place):
    S3Store(bucket, "one", place).put(KEY, b"1")
    other = S3Store(bucket, "on", place)

    assert list(other.list()) == []
    with pytest.raises(PayloadError, match=KEY):
        other.get(KEY)


def test_each_payload_is_listed_also_over_many_pages(bucket, place, s3):
    store = S3Store(bucket, "", place)
    keys = {key_of(str(number)) for number in range(1_002)}
    for key in keys:
        s3.put_object(Bucket=bucket, Key=f"{key[:2]}/{key}", Body=b"")

    assert {found.key for found in store.list()} == keys


def test_what_is_deleted_is_gone_and_deleting_it_again_is_no_error(bucket, place):
    store = S3Store(bucket, "p", place)
    store.put(KEY, b"bytes")
    store.delete(KEY)
    store.delete(KEY)

    assert list(store.list()) == []


def test_payloads_are_encrypted_at_rest_where_that_is_asked_for(bucket, moto_url, s3):
    uri = f"s3://{bucket}/p?region=eu-west-1&endpoint_url={moto_url}&sse=aws:kms&kms_key_id=mine"
    open_store(uri, "shop").put(KEY, b"bytes")

    found = s3.head_object(Bucket=bucket, Key=f"p/shop/{KEY[:2]}/{KEY}")
    assert found["ServerSideEncryption"] == "aws:kms"
    assert found["SSEKMSKeyId"].endswith("mine")


def test_a_bucket_that_is_not_there_is_told_and_not_waited_for(s3, place):
    with pytest.raises(PayloadError, match="NoSuchBucket"):
        S3Store("no-such-bucket", "", place).get(KEY)


def test_a_server_that_is_out_of_reach_is_a_store_that_is_down(s3):
    nowhere = Place(region="eu-west-1", endpoint_url="http://127.0.0.1:1")
    with pytest.raises(ServiceUnreachable, match="PayloadStore"):
        S3Store("bucket", "", nowhere).put(KEY, b"")


def test_a_megabyte_goes_through_a_workflow_by_way_of_the_bucket(bucket, place):
    store = S3Store(bucket, "flowy", place)
    with Environment(payload_store=store, codecs=[Zlib()]) as env:
        handle = env.start(Growing, "".join(map(chr, range(32, 30_000))) * 17)
        length, grown = handle.result()
    assert length == len(grown) > 1_000_000
    assert len(list(store.list())) == 3, "argument, result, and the workflow's result"


def test_a_bucket_is_named_in_the_settings_and_each_domain_has_its_own_place(bucket, moto_url, s3):
    uri = f"s3://{bucket}/all?region=eu-west-1&endpoint_url={moto_url}"
    payloads = open_payloads(PayloadSettings(store=uri, threshold=2_000), "../shop", {})
    written = payloads.write(f'"{"x" * 3_000}"')

    (reference,) = find(written)
    assert payloads.open(written) == f'"{"x" * 3_000}"'
    (found,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert found["Key"] == f"all/%2E%2E%2Fshop/{reference.sha256[:2]}/{reference.sha256}"
