#!/usr/bin/env python3
"""Checks that llama-server and PyTorch agree on an exported model.

    compare.py --run RUN_FOLDER http://127.0.0.1:8080

Compared are the tokens of every evaluation prompt, the tokens of the chat template, and the
greedy replies. Tokens must be the same. Replies of an F32 file should be; those of a Q8_0 file
may part ways where two tokens are almost equally likely.
"""

from __future__ import annotations

import argparse
import json
import urllib.request
from pathlib import Path
from typing import Any

import torch

from eval import chat as server_reply
from generate import read_cases
from model import DemoModel, ModelConfig
from tokenizer import ChatFormat
from train import answer

COMPARED_TOKENS = 100
HARD_TO_CUT = (
    "a  b   c\n\n\nd\t e",
    "it's DON'T we'll",
    "12345 6,789.01",
    "naïve Ünïcode 漢字 🙂",
    "x=y+z; // ok?\r\n  end",
    " leading and trailing ",
)


def post(url: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{url.rstrip('/')}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=120) as reply:
        return json.load(reply)


def load(run: Path) -> tuple[DemoModel, ChatFormat]:
    state = torch.load(run / "checkpoint.pt", weights_only=True, map_location="cpu")
    model = DemoModel(ModelConfig(**state["config"])).eval()
    model.load_state_dict(state["model"])
    return model, ChatFormat.load(run / "tokenizer.json")


def compare_tokens(url: str, chat: ChatFormat, texts: list[str]) -> int:
    wrong = 0
    for text in texts:
        served = post(url, "/tokenize", {"content": text, "add_special": False})["tokens"]
        if served != chat.encode(text):
            wrong += 1
            print(f"tokens differ: {text!r}\n  server  {served}\n  trained {chat.encode(text)}")
    return wrong


def compare_template(url: str, chat: ChatFormat) -> int:
    """The server strips the template's begin token and adds its own: there must be one."""
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}]
    prompt = post(url, "/apply-template", {"messages": messages})["prompt"]
    served = post(
        url, "/tokenize", {"content": prompt, "add_special": True, "parse_special": True}
    )
    expected = chat.prompt("Be kind.", [("user", "Hello")])
    if served["tokens"] == expected:
        return 0
    print(f"template differs:\n  server  {served['tokens']}\n  trained {expected}")
    return 1


def compare_replies(url: str, model: DemoModel, chat: ChatFormat) -> tuple[int, int]:
    prompts = [(case.get("system", ""), case["messages"][0]) for case in read_cases()]
    wrong = 0
    for system, text in prompts:
        messages = [{"role": "system", "content": system}] if system else []
        served = server_reply(url, messages + [{"role": "user", "content": text}])
        ids = chat.prompt(system, [("user", text)])
        trained = answer(model, chat, ids, COMPARED_TOKENS).removesuffix("<|eot_id|>")
        if not served.startswith(trained.rstrip("\N{REPLACEMENT CHARACTER}")):
            wrong += 1
            print(f"replies differ: {text!r}\n  server  {served!r}\n  trained {trained!r}")
    return wrong, len(prompts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--run", type=Path, required=True)
    options = parser.parse_args()
    model, chat = load(options.run)
    texts = [text for case in read_cases() for text in case["messages"]] + list(HARD_TO_CUT)
    wrong = compare_tokens(options.url, chat, texts) + compare_template(options.url, chat)
    print(f"tokens: {wrong} of {len(texts) + 1} differ")
    wrong, total = compare_replies(options.url, model, chat)
    print(f"replies: {wrong} of {total} differ")


if __name__ == "__main__":
    main()
