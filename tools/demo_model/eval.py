#!/usr/bin/env python3
"""Puts the held-out prompts to a running llama-server, greedily, and scores the replies.

    eval.py http://127.0.0.1:8080 [--show failures|all] [--no-overlap-check]

First the training data is generated again and searched for the evaluation's prompts: one hit and
the evaluation refuses to run. Only the standard library is needed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.request
from collections import defaultdict

from generate import HeldOut, conversations, read_cases

# Of every run that went into the committed weights.
TRAINING_RUNS = {1: 300_000, 2: 22_000, 3: 8_000}  # seed: conversations
MOST_TOKENS = 700


def chat(url: str, messages: list[dict[str, str]]) -> str:
    body = {"messages": messages, "temperature": 0, "max_tokens": MOST_TOKENS}
    request = urllib.request.Request(
        f"{url.rstrip('/')}/v1/chat/completions",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as reply:
        return json.load(reply)["choices"][0]["message"]["content"]


def converse(url: str, case: dict) -> str:
    """Plays all turns of a case; the model's own replies become its history."""
    messages = [{"role": "system", "content": case["system"]}] if case.get("system") else []
    for text in case["messages"]:
        messages.append({"role": "user", "content": text})
        messages.append({"role": "assistant", "content": chat(url, messages)})
    return messages[-1]["content"]


def passes(case: dict, reply: str) -> bool:
    flags = re.DOTALL if case["category"] != "lists" else 0
    # Upper case is what such a case is about, so there case matters.
    flags |= 0 if any(pattern.isupper() for pattern in case["expect"]) else re.IGNORECASE
    return all(re.search(pattern, reply, flags) for pattern in case["expect"]) and not any(
        re.search(pattern, reply, flags) for pattern in case.get("forbid", ())
    )


def check_overlap(cases: list[dict]) -> None:
    held_out = HeldOut(cases)
    for seed, count in TRAINING_RUNS.items():
        for one in conversations(seed, count):
            if held_out.found_in(one):
                sys.exit(f"an evaluation prompt is in the training data: {one}")
    total = sum(TRAINING_RUNS.values())
    print(f"none of {len(cases)} cases is among {total:,} training conversations")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--show", choices=("failures", "all", "nothing"), default="failures")
    parser.add_argument("--no-overlap-check", action="store_true", help="saves half a minute")
    options = parser.parse_args()
    cases = read_cases()
    if not options.no_overlap_check:
        check_overlap(cases)
    scores: dict[str, list[bool]] = defaultdict(list)
    for case in cases:
        reply = converse(options.url, case)
        passed = passes(case, reply)
        scores[case["category"]].append(passed)
        if options.show == "all" or (options.show == "failures" and not passed):
            system = f"[{case['system']}] " if case.get("system") else ""
            print(
                f"{'ok  ' if passed else 'FAIL'} {system}{' / '.join(case['messages'])!r}\n"
                f"     -> {reply!r}"
            )
    print_scores(scores)


def print_scores(scores: dict[str, list[bool]]) -> None:
    for category, results in scores.items():
        print(f"{category:16} {sum(results):3} of {len(results)}")
    everything = [result for results in scores.values() for result in results]
    print(f"{'all':16} {sum(everything):3} of {len(everything)}")


if __name__ == "__main__":
    main()
