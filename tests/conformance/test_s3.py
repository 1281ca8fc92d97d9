"""S3's API: what boto3 and the AWS CLI do with buckets and objects, and what no client should."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import boto3.s3.transfer
import botocore.config
import botocore.exceptions
import pytest

from audit_log import event_of, show
from bedplate_server import BedplateServer
from iam_entities import client_of, fresh, refusal, statement
from test_accounts import make_account
from s3_http import (
    SIGNED_CHUNKS,
    SIGNED_CHUNKS_TRAILER,
    UNSIGNED_TRAILER,
    S3Http,
    error_code,
    hash_of,
)

pytestmark = pytest.mark.bedplate_only

MIB = 1 << 20
AWS = Path(sys.executable).parent / "aws"
ODD_KEYS = [
    "plain.txt",
    "with space and +plus",
    "ünï/cödé/😀.txt",
    "a//b///c",
    "ends/with/slash/",
    "quotes\"'<>&;?#%41=",
    "tilde~*()!@$,:[]{}|\\^`",
    ".hidden/..dots/.",
    "line\nend\tand\x01control",
    "x" * 1024,
    "/" + "deep/" * 100,
]


@pytest.fixture(scope="module")
def s3(make_client):
    return make_client("s3")


@pytest.fixture(scope="module")
def raw(server):
    return S3Http(server)


def empty(s3, bucket: str) -> None:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=item["Key"])


@pytest.fixture
def bucket(s3):
    name = fresh("bucket")
    s3.create_bucket(Bucket=name)
    yield name
    empty(s3, name)
    s3.delete_bucket(Bucket=name)


def keys_in(s3, bucket: str, **options) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, **options)
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def crc32(data: bytes) -> str:
    return base64.b64encode(binascii.crc32(data).to_bytes(4, "big")).decode()


# --- buckets


def test_buckets(s3, make_client):
    name = fresh("bucket")
    assert s3.create_bucket(Bucket=name)["Location"] == f"/{name}"
    try:
        assert name in [each["Name"] for each in s3.list_buckets()["Buckets"]]
        assert s3.list_buckets(Prefix=name)["Buckets"][0]["BucketRegion"] == "us-east-1"
        assert s3.head_bucket(Bucket=name)["BucketRegion"] == "us-east-1"
        assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
        assert "Status" not in s3.get_bucket_versioning(Bucket=name)
        s3.create_bucket(Bucket=name)  # once more: fine in us-east-1
    finally:
        s3.delete_bucket(Bucket=name)
    assert refusal(lambda: s3.head_bucket(Bucket=name))[0] == 404
    assert refusal(lambda: s3.list_objects_v2(Bucket=name))[1] == "NoSuchBucket"
    assert refusal(lambda: s3.delete_bucket(Bucket=name))[1] == "NoSuchBucket"


def test_a_bucket_elsewhere(make_client):
    west = make_client("s3", region_name="eu-west-1")
    name = fresh("bucket")
    west.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    try:
        assert west.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"
        again = {"LocationConstraint": "eu-west-1"}
        status, code, _ = refusal(
            lambda: west.create_bucket(Bucket=name, CreateBucketConfiguration=again)
        )
        assert (status, code) == (409, "BucketAlreadyOwnedByYou")
    finally:
        west.delete_bucket(Bucket=name)


@pytest.mark.parametrize("name", ["Upper", "ab", "a" * 64, "1.2.3.4", "a..b", "xn--x", "-a-", "a_b"])
def test_bucket_names_that_s3_refuses(raw, name):
    answer = raw.request("PUT", f"/{name}")
    assert (answer.status, error_code(answer)) == (400, "InvalidBucketName")


def test_a_bucket_with_objects_stays(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert refusal(lambda: s3.delete_bucket(Bucket=bucket))[:2] == (409, "BucketNotEmpty")


# --- objects


def test_put_get_head_delete(s3, bucket):
    body = os.urandom(70_000)
    put = s3.put_object(
        Bucket=bucket,
        Key="a/b",
        Body=body,
        ContentType="text/x-test",
        CacheControl="max-age=5",
        ContentDisposition="inline",
        ContentLanguage="de",
        ContentEncoding="identity",
        Metadata={"Name": "value", "other": "a, b"},
        Tagging="team=blue&empty=",
    )
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    assert put["ChecksumCRC32"] == crc32(body)
    got = s3.get_object(Bucket=bucket, Key="a/b")
    assert got["Body"].read() == body
    head = s3.head_object(Bucket=bucket, Key="a/b", ChecksumMode="ENABLED")
    for answer in (got, head):
        assert answer["ContentLength"] == len(body)
        assert answer["ETag"] == put["ETag"]
        assert answer["ContentType"] == "text/x-test"
        assert answer["CacheControl"] == "max-age=5"
        assert answer["ContentDisposition"] == "inline"
        assert answer["ContentLanguage"] == "de"
        assert answer["ContentEncoding"] == "identity"
        assert answer["Metadata"] == {"name": "value", "other": "a, b"}
        assert answer["AcceptRanges"] == "bytes"
        assert answer["TagCount"] == 2
    assert head["ChecksumCRC32"] == crc32(body)
    s3.delete_object(Bucket=bucket, Key="a/b")
    assert refusal(lambda: s3.get_object(Bucket=bucket, Key="a/b"))[:2] == (404, "NoSuchKey")
    assert refusal(lambda: s3.head_object(Bucket=bucket, Key="a/b"))[0] == 404
    s3.delete_object(Bucket=bucket, Key="a/b")  # is no error


@pytest.mark.parametrize("size", [0, 1, 65_536, 300_000, 5 * MIB + 1])
def test_sizes(s3, bucket, size):
    body = os.urandom(size)
    s3.put_object(Bucket=bucket, Key="sized", Body=body)
    assert s3.get_object(Bucket=bucket, Key="sized")["Body"].read() == body


def test_an_object_is_replaced_whole(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"long " * 1_000, Metadata={"old": "1"})
    s3.put_object(Bucket=bucket, Key="a", Body=b"short")
    got = s3.get_object(Bucket=bucket, Key="a")
    assert got["Body"].read() == b"short"
    assert got["Metadata"] == {}
    assert got["ContentType"] == "binary/octet-stream"


def test_ranges(s3, bucket):
    s3.put_object(Bucket=bucket, Key="r", Body=b"0123456789")

    def get(text):
        answer = s3.get_object(Bucket=bucket, Key="r", Range=text)
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        return status, answer.get("ContentRange"), answer["Body"].read()

    assert get("bytes=2-4") == (206, "bytes 2-4/10", b"234")
    assert get("bytes=7-") == (206, "bytes 7-9/10", b"789")
    assert get("bytes=-3") == (206, "bytes 7-9/10", b"789")
    assert get("bytes=5-500") == (206, "bytes 5-9/10", b"56789")
    assert get("bytes=-500") == (206, "bytes 0-9/10", b"0123456789")
    assert get("bytes=1-2,4-5")[::2] == (200, b"0123456789")
    assert get("lines=1-2")[::2] == (200, b"0123456789")
    status, code, _ = refusal(lambda: get("bytes=10-"))
    assert (status, code) == (416, "InvalidRange")
    head = s3.head_object(Bucket=bucket, Key="r", Range="bytes=2-4")
    assert head["ContentLength"] == 3


def test_conditions_of_reading(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="c", Body=b"x")["ETag"]
    modified = s3.head_object(Bucket=bucket, Key="c")["LastModified"]
    s3.get_object(Bucket=bucket, Key="c", IfMatch=etag, IfUnmodifiedSince=modified)
    for options, status in [
        ({"IfMatch": '"other"'}, 412),
        ({"IfNoneMatch": etag}, 304),
        ({"IfModifiedSince": modified}, 304),
        ({"IfUnmodifiedSince": "2001-01-01"}, 412),
    ]:
        for call in (s3.get_object, s3.head_object):
            assert refusal(lambda: call(Bucket=bucket, Key="c", **options))[0] == status, options


def test_conditions_of_writing(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="w", Body=b"1", IfNoneMatch="*")["ETag"]
    again = lambda: s3.put_object(Bucket=bucket, Key="w", Body=b"2", IfNoneMatch="*")  # noqa: E731
    assert refusal(again)[:2] == (412, "PreconditionFailed")
    s3.put_object(Bucket=bucket, Key="w", Body=b"3", IfMatch=etag)
    late = lambda: s3.put_object(Bucket=bucket, Key="w", Body=b"4", IfMatch=etag)  # noqa: E731
    assert refusal(late)[:2] == (412, "PreconditionFailed")
    assert s3.get_object(Bucket=bucket, Key="w")["Body"].read() == b"3"


def test_overrides_of_headers(s3, bucket):
    s3.put_object(Bucket=bucket, Key="o", Body=b"x")
    got = s3.get_object(
        Bucket=bucket, Key="o", ResponseContentType="text/other", ResponseCacheControl="no-store"
    )
    assert (got["ContentType"], got["CacheControl"]) == ("text/other", "no-store")


# botocore sends these as they are but for encoding; what it or its HTTP library would change is
# sent by hand below.
@pytest.mark.parametrize("key", ODD_KEYS)
def test_odd_keys(s3, raw, bucket, key):
    target = "/" + bucket + "/" + "".join(f"%{byte:02X}" for byte in key.encode())
    assert raw.request("PUT", target, key.encode()).status == 200
    answer = raw.request("GET", target)
    assert (answer.status, answer.body) == (200, key.encode())
    assert keys_in(s3, bucket) == [key]
    assert raw.request("DELETE", target).status == 204
    assert keys_in(s3, bucket) == []


@pytest.mark.parametrize(
    "key", ["../escape", "a/../../../../tmp/escape", "./.", "..", "%2e%2e%2fescape", "a/%2E%2E/b"]
)
def test_keys_never_leave_their_bucket(s3, raw, bucket, server, key):
    before = {path for path in server.directory.rglob("*escape*")}
    target = f"/{bucket}/{key}"
    answer = raw.request("PUT", target, b"inside")
    assert answer.status == 200
    assert raw.request("GET", target).body == b"inside"
    assert len(keys_in(s3, bucket)) == 1
    objects = server.data_dir / "objects"
    for path in set(server.directory.rglob("*escape*")) - before:
        assert objects in path.parents
    assert not Path("/tmp/escape").exists()
    assert raw.request("DELETE", target).status == 204


def test_keys_that_s3_refuses(raw, bucket):
    answer = raw.request("PUT", f"/{bucket}/" + "x" * 1025, b"x")
    assert (answer.status, error_code(answer)) == (400, "KeyTooLongError")
    assert raw.request("PUT", f"/{bucket}/%FF%FE", b"x").status == 400
    assert raw.request("PUT", f"/{bucket}/%zz", b"x").status == 400


def test_virtual_host(s3, bucket, raw):
    s3.put_object(Bucket=bucket, Key="v/w", Body=b"here")
    host = {"host": f"{bucket}.localhost:4580"}
    answer = raw.request("GET", "/v/w", headers=host)
    assert (answer.status, answer.body) == (200, b"here")


# --- listing


def test_listing_by_page_and_delimiter(s3, bucket):
    keys = sorted(f"{folder}/{i:02}" for folder in ("a", "b", "c d") for i in range(4))
    for key in [*keys, "top"]:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    assert keys_in(s3, bucket, PaginationConfig={"PageSize": 5}) == [*keys, "top"]
    assert keys_in(s3, bucket, Prefix="b/") == [key for key in keys if key.startswith("b/")]
    assert keys_in(s3, bucket, StartAfter="b/02") == ["b/03", *keys[8:], "top"]
    answer = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [each["Prefix"] for each in answer["CommonPrefixes"]] == ["a/", "b/", "c d/"]
    assert [each["Key"] for each in answer["Contents"]] == ["top"]
    assert answer["KeyCount"] == 4
    seen, options = [], {}
    while True:
        page = s3.list_objects_v2(Bucket=bucket, Delimiter="/", MaxKeys=1, **options)
        seen += [each["Prefix"] for each in page.get("CommonPrefixes", [])]
        seen += [each["Key"] for each in page.get("Contents", [])]
        if not page["IsTruncated"]:
            break
        options = {"ContinuationToken": page["NextContinuationToken"]}
    assert seen == ["a/", "b/", "c d/", "top"]
    owned = s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"][0]
    assert len(owned["Owner"]["ID"]) == 64
    assert s3.list_objects_v2(Bucket=bucket, MaxKeys=0)["KeyCount"] == 0


def test_listing_version_1(s3, bucket):
    for i in range(5):
        s3.put_object(Bucket=bucket, Key=f"k{i}", Body=b"x")
    pages = s3.get_paginator("list_objects").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 2}
    )
    assert [item["Key"] for page in pages for item in page["Contents"]] == [
        f"k{i}" for i in range(5)
    ]
    page = s3.list_objects(Bucket=bucket, Marker="k2", Delimiter="/", MaxKeys=1)
    assert (page["Contents"][0]["Key"], page["NextMarker"]) == ("k3", "k3")


def test_listings_that_s3_refuses(s3, raw, bucket):
    bad = lambda: s3.list_objects_v2(Bucket=bucket, ContinuationToken="no token!")  # noqa: E731
    assert refusal(bad)[:2] == (400, "InvalidArgument")
    for query in ("list-type=2&max-keys=-1", "list-type=2&max-keys=x", "encoding-type=x"):
        assert error_code(raw.request("GET", f"/{bucket}?{query}")) == "InvalidArgument"


# --- copies, tags, many at once


def test_copy(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from ü", Body=b"body", Metadata={"a": "1"}, Tagging="t=1")
    source = {"Bucket": bucket, "Key": "from ü"}
    done = s3.copy_object(Bucket=bucket, Key="to", CopySource=source)
    assert done["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(b"body").hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="to")
    assert (got["Body"].read(), got["Metadata"], got["TagCount"]) == (b"body", {"a": "1"}, 1)
    s3.copy_object(
        Bucket=bucket,
        Key="to",
        CopySource=source,
        MetadataDirective="REPLACE",
        Metadata={"b": "2"},
        ContentType="text/new",
    )
    head = s3.head_object(Bucket=bucket, Key="to")
    assert (head["Metadata"], head["ContentType"]) == ({"b": "2"}, "text/new")
    for options, expected in [
        ({"CopySource": {"Bucket": bucket, "Key": "none"}}, (404, "NoSuchKey")),
        ({"CopySource": source, "CopySourceIfMatch": '"x"'}, (412, "PreconditionFailed")),
        ({"CopySource": source, "Key": "from ü"}, (400, "InvalidRequest")),
        ({"CopySource": "nonsense"}, (400, "InvalidArgument")),
    ]:
        call = {"Bucket": bucket, "Key": "other", **options}
        assert refusal(lambda: s3.copy_object(**call))[:2] == expected


def test_tags(s3, bucket):
    s3.put_object(Bucket=bucket, Key="t", Body=b"x")
    tags = [{"Key": "a", "Value": "1"}, {"Key": "ü", "Value": ""}]
    s3.put_object_tagging(Bucket=bucket, Key="t", Tagging={"TagSet": tags})
    assert s3.get_object_tagging(Bucket=bucket, Key="t")["TagSet"] == tags
    s3.delete_object_tagging(Bucket=bucket, Key="t")
    assert s3.get_object_tagging(Bucket=bucket, Key="t")["TagSet"] == []
    many = {"TagSet": [{"Key": str(i), "Value": ""} for i in range(11)]}
    call = lambda: s3.put_object_tagging(Bucket=bucket, Key="t", Tagging=many)  # noqa: E731
    assert refusal(call)[0] == 400


def test_delete_many(s3, bucket):
    keys = [f"d{i}" for i in range(30)] + ["ü &<>"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    wanted = {"Objects": [{"Key": key} for key in [*keys[1:], "never was"]]}
    done = s3.delete_objects(Bucket=bucket, Delete=wanted)
    assert [each["Key"] for each in done["Deleted"]] == [*keys[1:], "never was"]
    assert keys_in(s3, bucket) == ["d0"]
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "d0"}], "Quiet": True})
    assert "Deleted" not in quiet


# --- multipart


def test_multipart(s3, bucket):
    parts = [os.urandom(5 * MIB), os.urandom(5 * MIB), b"the end"]
    upload = s3.create_multipart_upload(
        Bucket=bucket, Key="m", Metadata={"a": "1"}, ContentType="x/y"
    )
    address = {"Bucket": bucket, "Key": "m", "UploadId": upload["UploadId"]}
    done = []
    for number in (3, 1, 2):
        part = s3.upload_part(**address, PartNumber=number, Body=parts[number - 1])
        done.append({"PartNumber": number, "ETag": part["ETag"]})
    listed = s3.list_parts(**address)
    assert [each["Size"] for each in listed["Parts"]] == [len(part) for part in parts]
    uploads = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert [each["UploadId"] for each in uploads] == [upload["UploadId"]]
    assert keys_in(s3, bucket) == []
    wrong_order = {"Parts": done}
    call = lambda: s3.complete_multipart_upload(**address, MultipartUpload=wrong_order)  # noqa: E731
    assert refusal(call)[:2] == (400, "InvalidPartOrder")
    done.sort(key=lambda each: each["PartNumber"])
    result = s3.complete_multipart_upload(**address, MultipartUpload={"Parts": done})
    digests = b"".join(hashlib.md5(part).digest() for part in parts)
    assert result["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-3"'
    got = s3.get_object(Bucket=bucket, Key="m")
    assert got["Body"].read() == b"".join(parts)
    assert (got["Metadata"], got["ContentType"]) == ({"a": "1"}, "x/y")
    second = s3.get_object(Bucket=bucket, Key="m", PartNumber=2)
    assert (second["Body"].read(), second["PartsCount"]) == (parts[1], 3)
    assert refusal(lambda: s3.list_parts(**address))[:2] == (404, "NoSuchUpload")


def test_multipart_that_goes_wrong(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")
    address = {"Bucket": bucket, "Key": "m", "UploadId": upload["UploadId"]}
    etags = [s3.upload_part(**address, PartNumber=i, Body=b"small")["ETag"] for i in (1, 2)]
    parts = [{"PartNumber": i + 1, "ETag": etag} for i, etag in enumerate(etags)]

    def complete(wanted):
        return refusal(
            lambda: s3.complete_multipart_upload(**address, MultipartUpload={"Parts": wanted})
        )[:2]

    assert complete(parts) == (400, "EntityTooSmall")
    assert complete([{"PartNumber": 1, "ETag": '"nonsense"'}]) == (400, "InvalidPart")
    assert complete([{"PartNumber": 9, "ETag": etags[0]}]) == (400, "InvalidPart")
    assert complete([]) == (400, "MalformedXML")
    for number in (0, 10_001):
        call = lambda: s3.upload_part(**address, PartNumber=number, Body=b"")  # noqa: B023, E731
        assert refusal(call)[:2] == (400, "InvalidArgument")
    s3.abort_multipart_upload(**address)
    assert refusal(lambda: s3.upload_part(**address, PartNumber=1, Body=b""))[1] == "NoSuchUpload"
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    assert keys_in(s3, bucket) == []


def test_upload_part_copy(s3, bucket):
    body = os.urandom(6 * MIB)
    s3.put_object(Bucket=bucket, Key="source", Body=body)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")
    address = {"Bucket": bucket, "Key": "m", "UploadId": upload["UploadId"]}
    source = {"Bucket": bucket, "Key": "source"}
    whole = s3.upload_part_copy(**address, PartNumber=1, CopySource=source)
    some = s3.upload_part_copy(
        **address, PartNumber=2, CopySource=source, CopySourceRange="bytes=10-19"
    )
    parts = [
        {"PartNumber": i + 1, "ETag": each["CopyPartResult"]["ETag"]}
        for i, each in enumerate((whole, some))
    ]
    s3.complete_multipart_upload(**address, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=bucket, Key="m")["Body"].read() == body + body[10:20]


def test_transfers(s3, bucket, tmp_path):
    path = tmp_path / "large"
    path.write_bytes(os.urandom(18 * MIB))
    config = boto3.s3.transfer.TransferConfig(multipart_threshold=8 * MIB)
    s3.upload_file(str(path), bucket, "large", Config=config)
    assert s3.head_object(Bucket=bucket, Key="large")["ETag"].endswith('-3"')
    s3.download_file(bucket, "large", str(tmp_path / "back"), Config=config)
    assert (tmp_path / "back").read_bytes() == path.read_bytes()
    s3.upload_fileobj(io.BytesIO(b"small"), bucket, "small")
    s3.copy({"Bucket": bucket, "Key": "large"}, bucket, "copied", Config=config)
    assert s3.head_object(Bucket=bucket, Key="copied")["ContentLength"] == 18 * MIB


# --- presigned


def fetch(url: str, method: str = "GET", data: bytes | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(url, data=data, method=method)
    if data is not None:
        request.add_header("Content-Type", "application/x-test")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_presigned(make_client, bucket):
    s3 = make_client("s3", botocore.config.Config(signature_version="s3v4"))
    address = {"Bucket": bucket, "Key": "p q/ü"}
    put = s3.generate_presigned_url("put_object", Params=address, ExpiresIn=60)
    assert fetch(put, "PUT", b"by url")[0] == 200
    get = s3.generate_presigned_url(
        "get_object", Params={**address, "ResponseContentType": "text/x"}, ExpiresIn=60
    )
    assert fetch(get) == (200, b"by url")
    status, body = fetch(get.replace("X-Amz-Signature=", "X-Amz-Signature=0"))
    assert status == 403 and b"SignatureDoesNotMatch" in body
    assert fetch(get, "DELETE")[0] == 403
    head = s3.generate_presigned_url("head_object", Params=address)
    assert fetch(head, "HEAD") == (200, b"")


# boto3's own default for presigned URLs in us-east-1.
def test_presigned_by_version_2(s3, bucket):
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    status, body = fetch(url)
    assert status == 400 and b"InvalidRequest" in body and b"AWS4-HMAC-SHA256" in body


# --- payloads


def test_every_checksum(s3, raw, bucket):
    body = b"123456789"
    # The published check values of these algorithms for these nine bytes.
    known = {
        "crc32": "y/Q5Jg==",
        "crc32c": "4waSgw==",
        "crc64nvme": base64.b64encode(bytes.fromhex("ae8b14860a799888")).decode(),
        "sha1": base64.b64encode(hashlib.sha1(body).digest()).decode(),
        "sha256": base64.b64encode(hashlib.sha256(body).digest()).decode(),
    }
    for name, value in known.items():
        header = f"x-amz-checksum-{name}"
        answer = raw.request("PUT", f"/{bucket}/k", body, {header: value})
        assert (answer.status, answer.header(header)) == (200, value), name
        wrong = known | {"crc32": "AAAAAA==", "crc32c": "AAAAAA=="}
        bad = wrong[name] if wrong[name] != value else base64.b64encode(
            bytes(len(base64.b64decode(value)))
        ).decode()
        answer = raw.request("PUT", f"/{bucket}/bad", body, {header: bad})
        assert (answer.status, error_code(answer)) == (400, "BadDigest"), name
        answer = raw.request("PUT", f"/{bucket}/bad", body, {header: "nonsense"})
        assert (answer.status, error_code(answer)) == (400, "InvalidRequest"), name
    assert keys_in(s3, bucket) == ["k"]


def test_digests_that_do_not_fit(s3, raw, bucket):
    for headers, payload, code in [
        ({"content-md5": base64.b64encode(bytes(16)).decode()}, None, "BadDigest"),
        ({"content-md5": "x"}, None, "InvalidDigest"),
        ({}, hash_of(b"another"), "XAmzContentSHA256Mismatch"),
        ({}, "nonsense", "InvalidArgument"),
        ({"x-amz-checksum-crc32": crc32(b"x"), "x-amz-checksum-sha1": "AA=="}, None, "InvalidRequest"),
    ]:
        answer = raw.request("PUT", f"/{bucket}/k", b"body", headers, payload)
        assert (answer.status, error_code(answer)) == (400, code)
    assert keys_in(s3, bucket) == []


def chunked(raw, bucket, payload, make, headers=None, length=None, key="k"):
    """PUT with the body that `make` makes of the signed request."""
    target = f"/{bucket}/{key}"
    more = {
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": str(length),
        **(headers or {}),
    }
    signed = raw.sign("PUT", target, payload, more)
    body = make(signed)
    with raw.open("PUT", target, {**signed.headers, "content-length": str(len(body))}) as connection:
        connection.send(body)
        return connection.read_response("PUT")


def test_signed_chunks(s3, raw, bucket):
    data = os.urandom(200_000)
    pieces = [data[:65_536], data[65_536:131_072], data[131_072:], b""]

    def good(signed):
        return b"".join(map(signed.chunk, pieces)) + b"\r\n"

    assert chunked(raw, bucket, SIGNED_CHUNKS, good, length=len(data)).status == 200
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == data
    assert "ContentEncoding" not in got

    def tampered(signed):
        body = bytearray(good(signed))
        body[100_000] ^= 1
        return bytes(body)

    answer = chunked(raw, bucket, SIGNED_CHUNKS, tampered, length=len(data), key="bad")
    assert (answer.status, error_code(answer)) == (403, "SignatureDoesNotMatch")
    for length in (len(data) - 1, len(data) + 1):
        answer = chunked(raw, bucket, SIGNED_CHUNKS, good, length=length, key="bad")
        assert (answer.status, error_code(answer)) == (400, "IncompleteBody")
    cut = chunked(raw, bucket, SIGNED_CHUNKS, lambda s: good(s)[:150_000], length=len(data), key="bad")
    assert (cut.status, error_code(cut)) == (400, "IncompleteBody")
    assert keys_in(s3, bucket) == ["k"]


def test_trailing_checksums(s3, raw, bucket):
    data = os.urandom(100_000)
    trailer = {"x-amz-trailer": "x-amz-checksum-crc32"}

    def unsigned(value):
        return lambda _: (
            b"%x\r\n%s\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n" % (len(data), data, value.encode())
        )

    answer = chunked(raw, bucket, UNSIGNED_TRAILER, unsigned(crc32(data)), trailer, len(data))
    assert (answer.status, answer.header("x-amz-checksum-crc32")) == (200, crc32(data))
    wrong = unsigned(crc32(b"other"))
    answer = chunked(raw, bucket, UNSIGNED_TRAILER, wrong, trailer, len(data), "bad")
    assert (answer.status, error_code(answer)) == (400, "BadDigest")
    none = lambda _: b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data)  # noqa: E731
    answer = chunked(raw, bucket, UNSIGNED_TRAILER, none, trailer, len(data), "bad")
    assert (answer.status, error_code(answer)) == (400, "MalformedTrailerError")

    def signed(value):
        def make(request):
            chunks = request.chunk(data) + request.chunk(b"")
            return chunks + request.trailer("x-amz-checksum-crc32", value) + b"\r\n"

        return make

    good = signed(crc32(data))
    assert chunked(raw, bucket, SIGNED_CHUNKS_TRAILER, good, trailer, len(data), "s").status == 200
    bad = lambda request: good(request)[:-20] + b"0" * 16 + b"\r\n\r\n"  # noqa: E731
    answer = chunked(raw, bucket, SIGNED_CHUNKS_TRAILER, bad, trailer, len(data), "bad")
    assert (answer.status, error_code(answer)) == (403, "SignatureDoesNotMatch")
    assert keys_in(s3, bucket) == ["k", "s"]


def test_a_body_that_breaks_off_leaves_nothing(s3, raw, bucket):
    signed = raw.sign("PUT", f"/{bucket}/half", "UNSIGNED-PAYLOAD")
    head = {**signed.headers, "content-length": str(10 * MIB)}
    with raw.open("PUT", f"/{bucket}/half", head) as connection:
        connection.send(bytes(3 * MIB))
    s3.put_object(Bucket=bucket, Key="whole", Body=b"x")
    assert keys_in(s3, bucket) == ["whole"]


def test_too_large_is_refused_before_it_is_sent(raw, bucket):
    for length, code in ((5 * 1024 * MIB + 1, "EntityTooLarge"), ("", "MissingContentLength")):
        signed = raw.sign("PUT", f"/{bucket}/k", "UNSIGNED-PAYLOAD")
        head = {**signed.headers, "expect": "100-continue"}
        head |= {"content-length": str(length)} if length else {"transfer-encoding": "chunked"}
        with raw.open("PUT", f"/{bucket}/k", head) as connection:
            answer = connection.read_response("PUT")
        assert error_code(answer) == code
        assert answer.interim == []


def test_continue(raw, bucket):
    signed = raw.sign("PUT", f"/{bucket}/k", "UNSIGNED-PAYLOAD")
    head = {**signed.headers, "content-length": "4", "expect": "100-continue"}
    with raw.open("PUT", f"/{bucket}/k", head) as connection:
        assert connection.read_head().status == 100
        connection.send(b"body")
        assert connection.read_response("PUT").status == 200


# Over TLS boto3 leaves the body unsigned and sends its checksum behind it, in HTTP's chunks.
def test_bodies_over_tls(bedplate_binary, make_client, tmp_path):
    with BedplateServer(tmp_path, "[tls]\ngenerate = true\n") as running:
        certificate = str(running.data_dir / "tls-certificate.pem")
        s3 = make_client("s3", running=running, verify=certificate)
        s3.create_bucket(Bucket="tls")
        body = os.urandom(3 * MIB)
        put = s3.put_object(Bucket="tls", Key="a", Body=body, ContentEncoding="identity")
        assert put["ChecksumCRC32"] == crc32(body)
        got = s3.get_object(Bucket="tls", Key="a")
        assert (got["Body"].read(), got["ContentEncoding"]) == (body, "identity")
        (tmp_path / "file").write_bytes(body * 6)
        s3.upload_file(str(tmp_path / "file"), "tls", "b")
        assert s3.get_object(Bucket="tls", Key="b")["Body"].read() == body * 6


# --- what is refused


def test_errors_are_s3s(raw, bucket):
    answer = raw.request("GET", f"/{bucket}/none")
    assert answer.header("content-type") == "application/xml"
    text = answer.body.decode()
    for part in ("<Code>NoSuchKey</Code>", "<Key>none</Key>", "<RequestId>", "<HostId>"):
        assert part in text
    assert answer.header("x-amz-request-id") in text
    head = raw.request("HEAD", f"/{bucket}/none")
    assert (head.status, head.body) == (404, b"")


@pytest.mark.parametrize(
    ("method", "target", "name"),
    [
        ("PUT", "/{}/k?acl", "PutObjectAcl"),
        ("GET", "/{}?lifecycle", "GetBucketLifecycleConfiguration"),
        ("PUT", "/{}?versioning", "PutBucketVersioning"),
        ("GET", "/{}?versions", "GetObjectVersions"),
        ("POST", "/{}/k?select&select-type=2", "PostSelectObjectContent"),
    ],
)
def test_what_is_not_built_says_so(s3, raw, bucket, method, target, name):
    answer = raw.request(method, target.format(bucket), b"x" if method != "GET" else b"")
    assert (answer.status, error_code(answer)) == (501, "NotImplemented")
    assert name in answer.body.decode()
    assert keys_in(s3, bucket) == []


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("x-amz-server-side-encryption", "aws:kms", "NotImplemented"),
        ("x-amz-storage-class", "GLACIER", "NotImplemented"),
        ("x-amz-object-lock-mode", "GOVERNANCE", "NotImplemented"),
        ("x-amz-acl", "public-read", "AccessControlListNotSupported"),
        ("x-amz-checksum-md5", "AA==", "NotImplemented"),
    ],
)
def test_headers_that_cannot_be_honoured(s3, raw, bucket, header, value, code):
    answer = raw.request("PUT", f"/{bucket}/k", b"x", {header: value})
    assert error_code(answer) == code
    assert keys_in(s3, bucket) == []


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"no xml",
        b"<Delete>",
        b"<Other/>",
        b"<Delete></Delete>",
        b"<Delete><Object><Key></Key></Object></Delete>",
        b'<!DOCTYPE d [<!ENTITY e "x">]><Delete><Object><Key>&e;</Key></Object></Delete>',
        b"<Delete>" + b"<Object><Key>k</Key></Object>" * 1001 + b"</Delete>",
        b"<Delete>" + b"<a>" * 1000 + b"</a>" * 1000 + b"</Delete>",
    ],
)
def test_xml_that_s3_refuses(raw, bucket, document):
    answer = raw.request("POST", f"/{bucket}?delete", document)
    assert (answer.status, error_code(answer)) == (400, "MalformedXML")


def test_a_document_without_end(raw, bucket):
    answer = raw.request("POST", f"/{bucket}?delete", b"<Delete>" + b" " * (5 * MIB))
    assert (answer.status, error_code(answer)) == (400, "MaxMessageLengthExceeded")


def test_signatures_that_s3_refuses(server, make_client, raw, bucket):
    def refused(**keys):
        return refusal(make_client("s3", **keys).list_buckets)[:2]

    good = server.credentials
    assert refused(aws_secret_access_key="wrong") == (403, "SignatureDoesNotMatch")
    assert refused(aws_access_key_id="AKIA0000000000000000") == (403, "InvalidAccessKeyId")
    assert good.access_key_id.startswith("AKIA")
    signed = raw.sign("GET", "/", hash_of(b""))
    del signed.headers["x-amz-content-sha256"]
    with raw.open("GET", "/", signed.headers) as connection:
        assert error_code(connection.read_response("GET")) == "InvalidRequest"


# --- permissions


@pytest.fixture
def member(make_client):
    """Makes users with one inline policy, and their S3 clients."""
    iam = make_client("iam")
    made = []

    def make(policy: str | None):
        name = fresh("s3-user")
        iam.create_user(UserName=name)
        if policy:
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy)
        keys = iam.create_access_key(UserName=name)["AccessKey"]
        made.append((name, keys["AccessKeyId"]))
        client = client_of(make_client, "s3", keys)
        arn = iam.get_user(UserName=name)["User"]["Arn"]
        return client, arn

    yield make
    for name, key in made:
        iam.delete_access_key(UserName=name, AccessKeyId=key)
        for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
            iam.delete_user_policy(UserName=name, PolicyName=policy)
        iam.delete_user(UserName=name)


def bucket_policy(*statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def test_identity_policies(s3, bucket, member):
    s3.put_object(Bucket=bucket, Key="open/a", Body=b"x")
    s3.put_object(Bucket=bucket, Key="closed/a", Body=b"x")
    reader, arn = member(statement("s3:GetObject", f"arn:aws:s3:::{bucket}/open/*"))
    assert reader.get_object(Bucket=bucket, Key="open/a")["Body"].read() == b"x"
    status, code, text = refusal(lambda: reader.get_object(Bucket=bucket, Key="closed/a"))
    assert (status, code) == (403, "AccessDenied")
    assert arn in text and "s3:GetObject" in text and f"arn:aws:s3:::{bucket}/closed/a" in text
    # Who may not list a bucket is not told what is not in it.
    assert refusal(lambda: reader.get_object(Bucket=bucket, Key="open/none"))[0] == 403
    for call in (
        lambda: reader.put_object(Bucket=bucket, Key="open/a", Body=b"y"),
        lambda: reader.delete_object(Bucket=bucket, Key="open/a"),
        lambda: reader.list_objects_v2(Bucket=bucket),
        lambda: reader.list_buckets(),
        lambda: reader.delete_bucket(Bucket=bucket),
        lambda: reader.copy_object(Bucket=bucket, Key="open/b", CopySource=f"{bucket}/open/a"),
    ):
        assert refusal(call)[:2] == (403, "AccessDenied")
    assert refusal(lambda: reader.get_object(Bucket=fresh("none"), Key="a"))[1] == "NoSuchBucket"
    done = reader.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "open/a"}]})
    assert [each["Code"] for each in done["Errors"]] == ["AccessDenied"]
    assert keys_in(s3, bucket) == ["closed/a", "open/a"]


def test_a_condition_on_the_prefix(s3, bucket, member):
    s3.put_object(Bucket=bucket, Key="mine/a", Body=b"x")
    policy = bucket_policy(
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": {"StringLike": {"s3:prefix": "mine/*"}},
        }
    )
    lister, _ = member(policy)
    assert keys_in(lister, bucket, Prefix="mine/") == ["mine/a"]
    assert refusal(lambda: lister.list_objects_v2(Bucket=bucket, Prefix="other/"))[0] == 403
    assert refusal(lambda: lister.list_objects_v2(Bucket=bucket))[0] == 403


def test_bucket_policies(s3, bucket, member):
    assert refusal(lambda: s3.get_bucket_policy(Bucket=bucket))[:2] == (404, "NoSuchBucketPolicy")
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    user, arn = member(None)
    assert refusal(lambda: user.get_object(Bucket=bucket, Key="a"))[0] == 403
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": arn},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    deny = {**allow, "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(allow))
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"] == [allow]
    assert user.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(allow, deny))
    _, _, text = refusal(lambda: user.get_object(Bucket=bucket, Key="a"))
    assert "explicit deny in a resource-based policy" in text
    s3.delete_bucket_policy(Bucket=bucket)
    assert refusal(lambda: user.get_object(Bucket=bucket, Key="a"))[0] == 403


def test_another_account(server, s3, bucket, make_client):
    keys = make_account(make_client, server, fresh("other"))
    other = client_of(make_client, "s3", keys)
    account = make_client("sts").get_caller_identity()["Account"]
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert bucket not in [each["Name"] for each in other.list_buckets()["Buckets"]]
    assert refusal(lambda: other.create_bucket(Bucket=bucket))[:2] == (409, "BucketAlreadyExists")
    assert refusal(lambda: other.get_object(Bucket=bucket, Key="a"))[0] == 403
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": keys["AccountId"]},
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(allow))
    address = {"Bucket": bucket, "Key": "a"}
    assert other.get_object(**address, ExpectedBucketOwner=account)["Body"].read() == b"x"
    wrong = lambda: other.get_object(**address, ExpectedBucketOwner=keys["AccountId"])  # noqa: E731
    assert refusal(wrong)[0] == 403
    assert keys_in(other, bucket) == ["a"]
    assert refusal(lambda: other.put_object(Bucket=bucket, Key="b", Body=b""))[0] == 403


@pytest.mark.parametrize(
    "change",
    [
        {"Resource": "arn:aws:s3:::another/*"},
        {"Resource": "*"},
        {"Principal": None},
        {"Effect": "Maybe"},
        {"Action": None},
    ],
)
def test_bucket_policies_that_s3_refuses(s3, bucket, change):
    good = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    bad = {name: value for name, value in {**good, **change}.items() if value is not None}
    call = lambda: s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bad))  # noqa: E731
    assert refusal(call)[:2] == (400, "MalformedPolicy")
    too_long = bucket_policy({**good, "Sid": "x" * 21_000})
    assert refusal(lambda: s3.put_bucket_policy(Bucket=bucket, Policy=too_long))[0] == 400


# --- the audit trail


def test_the_audit_trail_tells_of_buckets_and_not_of_objects(server, s3, bucket):
    there = s3.get_bucket_location(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    event = event_of(server.data_dir, there["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"])
    assert event["eventSource"] == "s3.amazonaws.com"
    assert (event["eventName"], event["readOnly"]) == ("GetBucketLocation", True)
    assert event["requestParameters"] == {"bucketName": bucket}
    assert "PutObject" not in [each["eventName"] for each in show(server.data_dir)]


# --- the AWS CLI


def aws(server, *arguments: str, expect: int = 0) -> str:
    environment = {**server.client_environment(), "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"}
    done = subprocess.run(
        [str(AWS), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout


def test_aws_cli(server, tmp_path):
    bucket = fresh("cli")
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "a.txt").write_text("a")
    (tree / "sub" / "b ü.bin").write_bytes(os.urandom(9 * MIB))
    aws(server, "s3", "mb", f"s3://{bucket}")
    assert bucket in aws(server, "s3", "ls")
    aws(server, "s3", "sync", str(tree), f"s3://{bucket}/up")
    listing = aws(server, "s3", "ls", "--recursive", f"s3://{bucket}/")
    assert "up/a.txt" in listing and "up/sub/b ü.bin" in listing
    assert aws(server, "s3", "sync", str(tree), f"s3://{bucket}/up") == ""  # nothing is new
    aws(server, "s3", "cp", f"s3://{bucket}/up/sub/b ü.bin", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == (tree / "sub" / "b ü.bin").read_bytes()
    aws(server, "s3", "mv", f"s3://{bucket}/up/a.txt", f"s3://{bucket}/moved")
    aws(server, "s3", "rm", "--recursive", f"s3://{bucket}/up")
    assert aws(server, "s3", "ls", f"s3://{bucket}/").split()[-1] == "moved"
    aws(server, "s3", "rb", f"s3://{bucket}", expect=1)
    aws(server, "s3", "rb", "--force", f"s3://{bucket}")
    assert bucket not in aws(server, "s3", "ls")


def test_an_unsigned_body(s3, raw, bucket):
    answer = raw.request("PUT", f"/{bucket}/u", b"unsigned", payload="UNSIGNED-PAYLOAD")
    assert answer.status == 200
    assert s3.get_object(Bucket=bucket, Key="u")["Body"].read() == b"unsigned"
