#!/usr/bin/env python3
"""Random requests signed by botocore, and short-term API keys made by AWS's own generator.

Prints one JSON object a line. The seed is fixed, so that two runs give the same cases.
"""

from __future__ import annotations

import datetime
import json
import random
from urllib.parse import quote, unquote, urlsplit

import botocore.auth
from aws_bedrock_token_generator.token_generator import _generate_token
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SEED = 4
REQUESTS = 400
TOKENS = 40
SECONDS_OF_TEN_YEARS = 315_360_000

# What reaches a path or a value: escapes, dots, slashes, and what must be escaped when signed.
PATH_PIECES = ["/", "//", "/.", "/..", "a", "B9", "-._~", ":", "%3A", "%2F", "%20", "%E1%88%B4"]
PATH_PIECES += ["@", "(", ")", "!", "*", "'", "$", ",", ";", "=", "&", "model", "v1:0"]
TEXTS = ["", "a", "b c", "x+y", "é", "ሴ", "%41", "a/b", "a=b", "~", "*", "'", '"q"', "100%"]
REGIONS = ["us-east-1", "eu-central-1", "ap-southeast-2"]


def main() -> None:
    source = random.Random(SEED)
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    for number in range(REQUESTS):
        now = moment + datetime.timedelta(seconds=source.randrange(SECONDS_OF_TEN_YEARS))
        print(json.dumps(signed_case(source, number, now)))
    for number in range(TOKENS):
        now = moment + datetime.timedelta(seconds=source.randrange(SECONDS_OF_TEN_YEARS))
        print(json.dumps(token_case(source, number, now)))


def set_clock(now: datetime.datetime) -> str:
    botocore.auth.get_current_datetime = lambda *_, **__: now
    return now.strftime("%Y%m%dT%H%M%SZ")


def random_credentials(source: random.Random, with_token: bool) -> Credentials:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    key_id = "AKIA" + "".join(source.choices(letters, k=16))
    secret = "".join(source.choices(letters.lower() + letters + "/+", k=40))
    token = "".join(source.choices(letters + "/+=", k=200)) if with_token else None
    return Credentials(key_id, secret, token)


def signed_case(source: random.Random, number: int, now: datetime.datetime) -> dict:
    amz_date = set_clock(now)
    in_query = number % 2 == 1
    service = source.choice(["bedrock", "bedrock", "iam", "s3"])
    credentials = random_credentials(source, source.random() < 0.3)
    region = source.choice(REGIONS)
    expires = source.randrange(1, 604_801) if in_query else 0

    path = "/" + "".join(source.choices(PATH_PIECES, k=source.randrange(8)))
    if service == "s3":
        # An S3 client encodes the key once; botocore then signs the path as it is.
        path = quote(unquote(path), safe="/-._~")
    names = source.sample("abcdefgh", k=source.randrange(4)) + ["ሴ"] * (source.random() < 0.2)
    query = "&".join(f"{quote(name)}={quote(source.choice(TEXTS), safe='-._~')}" for name in names)
    headers = {"Host": "127.0.0.1:4580"}
    if not in_query:
        headers["Content-Type"] = "application/json"
        for index in range(source.randrange(4)):
            headers[f"X-Custom-{index}"] = source.choice(["v", " v  w ", "a\tb", "", "é"])
    # botocore moves a presigned request's body into its query, so there is none to sign.
    body = "" if in_query else source.choice(["", "{}", '{"text":"é\\n"}', "x" * 5000])
    request = AWSRequest(
        method=source.choice(["GET", "POST", "PUT", "DELETE", "PATCH"]),
        url=f"http://127.0.0.1:4580{path}" + (f"?{query}" if query else ""),
        headers=headers,
        data=body.encode(),
    )
    if service == "s3":
        signer = botocore.auth.S3SigV4QueryAuth if in_query else botocore.auth.S3SigV4Auth
    else:
        signer = botocore.auth.SigV4QueryAuth if in_query else botocore.auth.SigV4Auth
    arguments = {"expires": expires} if in_query else {}
    signer(credentials, service, region, **arguments).add_auth(request)

    parts = urlsplit(request.url)
    return {
        "kind": "request",
        "name": f"botocore/{number}/{service}",
        "access_key_id": credentials.access_key,
        "secret": credentials.secret_key,
        "region": region,
        "service": service,
        "amz_date": amz_date,
        "request": {
            "method": request.method,
            "target": parts.path + (f"?{parts.query}" if parts.query else ""),
            "headers": [[name, value] for name, value in request.headers.items()],
            "body": body,
        },
    }


def token_case(source: random.Random, number: int, now: datetime.datetime) -> dict:
    amz_date = set_clock(now)
    credentials = random_credentials(source, with_token=False)
    region = source.choice(REGIONS)
    expires = source.randrange(1, 43_201)
    return {
        "kind": "token",
        "name": f"token/{number}",
        "access_key_id": credentials.access_key,
        "secret": credentials.secret_key,
        "region": region,
        "amz_date": amz_date,
        "expires": expires,
        "token": _generate_token(credentials, region, expires),
    }


if __name__ == "__main__":
    main()
