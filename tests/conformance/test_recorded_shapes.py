"""Replies against recorded AWS traffic: the same members, the same order of events, the same
headers. What was recorded stands in recordings_*.py, each with its source."""

from __future__ import annotations

import datetime
import json
import re
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.credentials import Credentials

from bedplate_server import BedplateServer
from conversations import REGION
from recorded_shape import Recording, differences, event_differences
from recordings_converse import CONVERSE, ERROR_HEADERS, HELLO, TITAN
from recordings_invoke import INVOKE
from scripted_engine import ScriptedEngine
from signed_http import RawResponse, SignedHttp

pytestmark = pytest.mark.bedplate_only

FRAME_HEADERS = [":event-type", ":content-type", ":message-type"]
# Says nothing of the reply: whether the connection stays is the two programs' affair, hop by hop.
HOP_BY_HOP = {"connection"}
OWN_HEADERS = {"x-bedplate-served-by"}


class Scripted:
    """A server whose every model says what the test tells it to."""

    def __init__(self, server: BedplateServer, engine: ScriptedEngine):
        keys = server.credentials
        self._engine = engine
        self._http = SignedHttp(
            server.url, keys.access_key_id, keys.secret_access_key, REGION
        )

    def send(self, recording: Recording) -> RawResponse:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(self._http.send, "POST", recording.path, recording.body)
            generation = self._engine.next_generation()
            calls = 0
            for kind, *what in recording.says:
                if kind == "text":
                    generation.delta(what[0])
                elif kind == "thought":
                    generation.thought(what[0])
                elif kind == "call":
                    generation.call(calls, *what)
                    calls += 1
            ends = {"call": "tool_calls", "cut": "length"}
            generation.finish(ends.get(recording.says[-1][0], "stop"))
            return asked.result(timeout=60)


@pytest.fixture(scope="module")
def scripted(bedplate_binary, tmp_path_factory):
    with (
        ScriptedEngine() as engine,
        BedplateServer(tmp_path_factory.mktemp("recorded"), engine.config()) as server,
    ):
        yield Scripted(server, engine)


def cases() -> list:
    return [
        pytest.param(
            recording,
            id=re.sub(r"[^\w.-]+", "-", f"{recording.source} {recording.path.split('/', 2)[2]}"),
            marks=[pytest.mark.xfail(reason=recording.lacking, strict=True)]
            if recording.lacking
            else [],
        )
        for recording in [*CONVERSE, *INVOKE]
    ]


def events_of(response: RawResponse) -> list[tuple[str, dict]]:
    """The events, native chunks unpacked, each without its padding, which all have."""
    events = []
    for frame in response.frames():
        assert list(frame.headers) == FRAME_HEADERS
        assert frame.headers[":content-type"] == "application/json"
        assert frame.headers[":message-type"] == "event"
        value = frame.json()
        assert isinstance(value.pop("p"), str)
        if frame.event == "chunk":
            assert set(value) == {"bytes"}
            value = json.loads(b64decode(value["bytes"]))
        events.append((frame.event, value))
    return events


@pytest.mark.parametrize("recording", cases())
def test_reply(request, recording):
    if recording.says is None:
        http = request.getfixturevalue("http")
        response = http.send("POST", recording.path, recording.body, region=recording.region)
    else:
        response = request.getfixturevalue("scripted").send(recording)
    assert response.status == recording.status, response.body
    names = {name.lower() for name, _ in response.headers} - HOP_BY_HOP - OWN_HEADERS
    assert names == recording.headers
    assert response.header("x-amzn-errortype") == recording.error_type
    if recording.events:
        assert response.header("content-type") == "application/vnd.amazon.eventstream"
        assert event_differences(recording.events, events_of(response)) == []
    else:
        assert response.header("content-type") == "application/json"
        assert differences(recording.reply, response.json()) == []


CORAL = "http://internal.amazon.com/coral/com.amazon.coral.service/"
TIME = r"\d{8}T\d{6}Z"
MINUTE = datetime.timedelta(minutes=1)
STRANGER = Credentials("AKIDEXAMPLE", "secret")


# OJ invoke_model…, first exchanges: signatures too old. NR "Invalid Token": a key nobody has.
@pytest.mark.parametrize(
    "signing, error_type, text",
    [
        (
            {"at": datetime.datetime.now(datetime.UTC).replace(tzinfo=None) - 10 * MINUTE},
            f"InvalidSignatureException:{CORAL}",
            rf"Signature expired: {TIME} is now earlier than {TIME} \({TIME} - 5 min\.\)",
        ),
        (
            {"keys": STRANGER},
            f"UnrecognizedClientException:{CORAL}",
            r"The security token included in the request is invalid\.",
        ),
    ],
    ids=["signature-expired", "unknown-key"],
)
def test_refused_signature(http, signing, error_type, text):
    response = http.send("POST", f"/model/{TITAN}/converse", {"messages": HELLO}, **signing)
    assert response.status == 403
    assert {name.lower() for name, _ in response.headers} - HOP_BY_HOP == ERROR_HEADERS
    assert response.header("x-amzn-errortype") == error_type
    assert differences({"message": re.compile(text)}, response.json()) == []


# The comparison itself finds what it must.
@pytest.mark.parametrize(
    "shape, value, found",
    [
        ({"a": int}, {"a": 1}, []),
        ({"a": int}, {}, [".a is missing"]),
        ({}, {"a": 1}, [".a is too much"]),
        (int, True, [": int was recorded, not True"]),
        (float, 1, [": float was recorded, not 1"]),
        (None, "", [": None was recorded, not ''"]),
        ([str], ["a", "b"], [": 1 elements were recorded, not ['a', 'b']"]),
    ],
)
def test_differences(shape, value, found):
    assert differences(shape, value) == found


STREAM = [("begin", {"role": "assistant"}), ("piece", {"text": str}), ("end", {})]


@pytest.mark.parametrize(
    "names, found",
    [
        (["begin", "piece", "piece", "end"], []),
        (["begin", "piece"], ["the stream ends before ['end']"]),
        (["begin", "end"], ["end (event 1): begin was recorded"]),
        (["piece", "end"], ["piece (event 0): begin was recorded"]),
        (["begin", "piece", "end", "piece"], ["piece (event 3): end was recorded"]),
    ],
)
def test_event_differences(names, found):
    shapes = dict(STREAM)
    values = {"begin": shapes["begin"], "piece": {"text": "a"}, "end": {}}
    assert event_differences(STREAM, [(name, values[name]) for name in names]) == found
