"""How fast the model answers through Bedplate: the first token, and tokens per second."""

from __future__ import annotations

import random
import statistics
import time

from .corpus import reading
from .corpus.draw import Draw

FIRST_TOKEN_PROMPTS = 20
PROMPT_TOKENS = 200
LONG_REPLIES = 5


def _words(draw: Draw, count: int) -> str:
    """Common words, others in each prompt: nothing may come from the prompt cache."""
    return " ".join(reading.any_word(draw.rng) for _ in range(count))


def _stream(runtime, model: str, prompt: str, tokens: int) -> tuple[float, float, dict]:
    """Seconds to the first text and from there to the end; and the usage."""
    started = time.monotonic()
    first = 0.0
    usage: dict = {}
    reply = runtime.converse_stream(
        modelId=model,
        messages=[{"role": "user", "content": [{"text": prompt}]}],
        inferenceConfig={"maxTokens": tokens, "temperature": 0},
        additionalModelRequestFields={"reasoning_effort": "none"},
    )
    for event in reply["stream"]:
        if "contentBlockDelta" in event and not first:
            first = time.monotonic()
        usage = event.get("metadata", {}).get("usage", usage)
    return first - started, time.monotonic() - first, usage


def measure_speed(runtime, model: str) -> dict[str, float]:
    draw = Draw(random.Random(12), held_out=True)
    # The first call loads the weights and tells how many tokens a word has here.
    _, _, usage = _stream(runtime, model, f"Repeat: {_words(draw, 100)}", 4)
    words = round(100 * PROMPT_TOKENS / usage["inputTokens"])
    waits, prompts = [], []
    for _ in range(FIRST_TOKEN_PROMPTS):
        wait, _, usage = _stream(runtime, model, f"Repeat: {_words(draw, words)}", 2)
        waits.append(1000 * wait)
        prompts.append(usage["inputTokens"])
    rates = []
    for _ in range(LONG_REPLIES):
        _, seconds, usage = _stream(runtime, model, f"Repeat: {_words(draw, 150)}", 200)
        if usage["outputTokens"] > 20:
            rates.append((usage["outputTokens"] - 1) / seconds)
    return {
        "prompt of speed test, tokens": statistics.median(prompts),
        "first token, ms (target 50)": statistics.median(waits),
        "tokens per second (target 100)": statistics.median(rates) if rates else 0.0,
    }
