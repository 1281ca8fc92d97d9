"""What is measured with real weights: the demo model behind its llama-server."""

from __future__ import annotations

import json
import statistics
import struct
import uuid
from pathlib import Path

from measurements import (
    CHAT_PATH,
    Figure,
    Load,
    Settings,
    alternate,
    chat_body,
    converse_body,
    median_of,
)
from processes import REPOSITORY, Bedplate, CannotMeasure

DEMO_PATH = "/model/bedplate.demo-chat/converse-stream"
QUESTION = "Write a long story about a fox."


def engine_of(server: Bedplate) -> str:
    """Where the server's only engine listens."""
    sockets = sorted((server.data_dir / "run").glob("*.sock"))
    if len(sockets) != 1:
        raise CannotMeasure(f"where does llama-server listen? {sockets}")
    return f"unix:{sockets[0]}"


def demo_model(settings: Settings) -> list[Figure]:
    """(d): the same questions to the demo model, through Bedplate and to its llama-server."""
    place = settings.place("demo")
    figures = []
    with Bedplate(settings.build, place) as server:
        question, tokens = "Write a long story about a fox.", 128
        path = "/model/bedplate.demo-chat/converse-stream"
        ours = Load(
            settings, server.url, path, converse_body(tokens, question), server.credentials()
        )
        ours.requests(connections=1, requests_max=2, seconds=60, warm_up_seconds=0)
        theirs = Load(settings, engine_of(server), CHAT_PATH, chat_body(tokens, question))
        for connections in (1, 4):
            options = {
                "connections": connections,
                "requests_max": settings.choose(10, 4) * connections,
                "seconds": 60,
                "warm_up_seconds": 0,
            }
            reports = alternate(
                settings.choose(9, 2),
                direct=lambda: theirs.requests(**options),
                bedplate=lambda: ours.requests(**options),
            )
            settings.keep("demo model", {**options, **reports})
            ratio = statistics.median(
                a["tokens_per_second"] / b["tokens_per_second"]
                for a, b in zip(reports["bedplate"], reports["direct"])
            )
            rates = [median_of(reports[n], "tokens_per_second") for n in ("bedplate", "direct")]
            figures.append(
                Figure(
                    "d",
                    f"tokens per second over llama-server's, {connections} at once",
                    ratio,
                    "",
                    0.97,
                    at_least=True,
                    note=f"{rates[0]:.0f} / {rates[1]:.0f}",
                )
            )
    return figures


def conversations(settings: Settings) -> list[Figure]:
    """(f): 64 conversations at once on one engine, beside the same asked of llama-server itself."""
    tokens, count = 64, 64
    with Bedplate(settings.build, settings.place("conversations")) as server:
        ours = Load(
            settings, server.url, DEMO_PATH, converse_body(tokens, QUESTION), server.credentials()
        )
        ours.requests(connections=1, requests_max=2, seconds=60, warm_up_seconds=0)
        theirs = Load(settings, engine_of(server), CHAT_PATH, chat_body(tokens, QUESTION))
        options = {
            "connections": count,
            "requests_max": settings.choose(4, 2) * count,
            "seconds": 60,
            "warm_up_seconds": 0,
        }
        reports = alternate(
            settings.choose(5, 1),
            direct=lambda: theirs.requests(**options),
            bedplate=lambda: ours.requests(**options),
        )
    settings.keep("conversations", {**options, **reports})
    ratio = statistics.median(
        a["tokens_per_second"] / b["tokens_per_second"]
        for a, b in zip(reports["bedplate"], reports["direct"])
    )
    rates = [median_of(reports[name], "tokens_per_second") for name in ("bedplate", "direct")]
    spread = median_of(reports["bedplate"], "latency", "p99_ms") / median_of(
        reports["bedplate"], "latency", "p50_ms"
    )
    return [
        Figure(
            "f",
            "tokens per second over llama-server's, 64 at once",
            ratio,
            "",
            0.95,
            at_least=True,
            note=f"{rates[0]:.0f} / {rates[1]:.0f}",
        ),
        Figure("f", "  time of the slowest of 64 over the median", spread, ""),
    ]


SENTENCE = "The harbour lies to the north of the old town. "
PREFIX_SENTENCES = 300  # somewhat over 4,000 tokens of the demo model


def cached_body() -> str:
    """A conversation behind a long prefix that no other request has."""
    system = f"{uuid.uuid4()} " + SENTENCE * PREFIX_SENTENCES
    return json.dumps(
        {
            "system": [{"text": system}, {"cachePoint": {"type": "default"}}],
            "messages": [{"role": "user", "content": [{"text": "Where is it?"}]}],
            "inferenceConfig": {"maxTokens": 1, "temperature": 0},
        }
    )


def with_long_context(weights: Path, copy: Path, tokens: int) -> Path:
    """The demo model says that it was trained for fewer tokens, and llama-server keeps to that.
    Here only the time counts, not what it says."""
    data = bytearray(weights.read_bytes())
    key = b"llama.context_length"
    value_at = data.index(key) + len(key) + 4  # behind the value's type
    data[value_at : value_at + 4] = struct.pack("<I", tokens)
    copy.write_bytes(data)
    return copy


def prompt_cache(settings: Settings) -> list[Figure]:
    """(g): time to the first token of a long prefix, new and cached."""
    place = settings.place("prompt-cache")
    demo = REPOSITORY / "models/demo-chat.gguf"
    weights = with_long_context(demo, place / "long-context.gguf", 8192)
    configuration = (
        f'[engines.long]\ntype = "llama.cpp"\nweights = "{weights}"\ncontext_tokens = 8192\n'
        'slots = 2\n[[bindings]]\nmodels = ["anthropic.*"]\nengine = "long"\n'
    )
    path = "/model/anthropic.claude-3-7-sonnet-20250219-v1%3A0/converse-stream"
    once = {"connections": 1, "requests_max": 1, "seconds": 60, "warm_up_seconds": 0}
    new, cached = [], []
    with Bedplate(settings.build, place, configuration=configuration) as server:
        warm = converse_body(1)
        Load(settings, server.url, path, warm, server.credentials()).requests(**once)
        for _ in range(settings.choose(7, 2)):
            load = Load(settings, server.url, path, cached_body(), server.credentials())
            new.append(load.requests(**once)["latency"]["p50_ms"])
            cached.append(load.requests(**once)["latency"]["p50_ms"])
    settings.keep("prompt cache", {"new_ms": new, "cached_ms": cached})
    ratio = statistics.median(a / b for a, b in zip(new, cached))
    return [
        Figure(
            "g",
            "first token sooner with a cached prefix of 4,000 tokens",
            ratio,
            "times",
            5,
            at_least=True,
            note=f"{statistics.median(new):.1f} ms / {statistics.median(cached):.1f} ms",
        )
    ]
