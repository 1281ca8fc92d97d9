"""Checks that llama-server and PyTorch agree on an exported model.

    llama-server --model X.gguf --port 8080 &
    python -m demo_model.compare --run RUN http://127.0.0.1:8080 [--cases 5]

Compared are, for cases of the evaluation, the text that the chat template gives, its tokens, and
the greedy replies; and the tokens of texts that are hard to cut. Template and tokens must be equal.
The replies should be, for a Q4_0 file: PyTorch computes with the same rounded weights here. Where
two tokens are almost equally likely they may part ways, since llama.cpp rounds activations, too.
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

import torch

from .corpus.turns import Dialogue
from .evaluate import judged_turn
from .held_out import ROWS, cases
from .model import DemoModel, ModelConfig
from .template import BEGIN_OF_TEXT, END_OF_TURN, THINK, header, rendered
from .tokenizer import ChatFormat

COMPARED_TOKENS = 60
HARD_TO_CUT = (
    "a  b   c\n\n\nd\t e",
    "it's DON'T we'll",
    "12345 6,789.01",
    "naïve Ünïcode 漢字 🙂",
    "x=y+z; // ok?\r\n  end",
    " leading and trailing ",
    '{"a": [1, 2.50], "b": "c\\"d"}',
)


def post(url: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{url.rstrip('/')}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=120) as reply:
        return json.load(reply)


def chat_body(dialogue: Dialogue) -> dict[str, Any]:
    """The conversation before its last reply, as chat completions takes it."""
    messages: list[dict[str, Any]] = []
    if dialogue.system:
        messages.append({"role": "system", "content": dialogue.system})
    for turn in dialogue.turns[:-1]:
        message: dict[str, Any] = {"role": turn.role, "content": turn.content}
        if turn.role == "tool":
            message["tool_call_id"] = "call"
        if turn.calls:
            message["tool_calls"] = [
                {
                    "id": "call",
                    "type": "function",
                    "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
                }
                for call in turn.calls
            ]
        messages.append(message)
    body = {"messages": messages, "chat_template_kwargs": {"enable_thinking": dialogue.thinking}}
    if dialogue.tools:
        body["tools"] = [{"type": "function", "function": tool} for tool in dialogue.tools]
    return body


def prompt_of(dialogue: Dialogue) -> str:
    before = Dialogue(dialogue.skill, dialogue.turns[:-1], dialogue.system, dialogue.tools)
    text = "".join(text for text, _ in rendered(before)) + header("assistant")
    return text + (f"{THINK}\n" if dialogue.thinking else "")


def load(run: Path) -> tuple[DemoModel, ChatFormat]:
    state = torch.load(run / "checkpoint.pt", weights_only=True, map_location="cpu")
    model = DemoModel(ModelConfig(**state["config"])).eval()
    model.load_state_dict(state["model"])
    model.round_weights(True)
    return model, ChatFormat.load(run / "tokenizer.json")


@torch.no_grad()
def continuation(model: DemoModel, chat: ChatFormat, prompt: str) -> str:
    """The greedy continuation, without the end of the turn."""
    ids = chat.encode(prompt)
    begun = len(ids)
    for _ in range(COMPARED_TOKENS):
        ids.append(int(model(torch.tensor([ids]))[0, -1].argmax()))
        if ids[-1] == chat.end_of_turn:
            break
    return chat.decode(ids[begun:]).removesuffix(END_OF_TURN)


def compare(url: str, model: DemoModel, chat: ChatFormat, count: int) -> int:
    """Prints what differs; the number of differing templates and tokens."""
    dialogues = [one for row in ROWS for one in cases(row, count)]
    for one in dialogues:
        del one.turns[judged_turn(one) + 1 :]
    templates = tokens = replies = 0
    for one in dialogues:
        prompt = prompt_of(one)
        # The server strips the template's begin token and adds its own.
        served = BEGIN_OF_TEXT + post(url, "/apply-template", chat_body(one))["prompt"]
        if served != prompt:
            templates += 1
            print(f"templates differ:\n  server  {served!r}\n  trained {prompt!r}")
        body = {"prompt": prompt.removeprefix(BEGIN_OF_TEXT), "n_predict": COMPARED_TOKENS}
        said = post(url, "/completion", {**body, "temperature": 0})["content"]
        trained = continuation(model, chat, prompt)
        if not said.startswith(trained.rstrip("\N{REPLACEMENT CHARACTER}")):
            replies += 1
            print(f"replies differ:\n  server  {said!r}\n  trained {trained!r}")
    texts = [prompt_of(one) for one in dialogues] + list(HARD_TO_CUT)
    for text in texts:
        body = {"content": text, "add_special": False, "parse_special": True}
        served_ids = post(url, "/tokenize", body)["tokens"]
        if served_ids != chat.encode(text):
            tokens += 1
            print(f"tokens differ: {text!r}\n  server  {served_ids}\n  trained {chat.encode(text)}")
    print(
        f"{len(dialogues)} prompts: {templates} templates and {replies} replies differ; "
        f"of {len(texts)} texts {tokens} have other tokens"
    )
    return templates + tokens


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=5, help="of each row of the evaluation")
    options = parser.parse_args()
    sys.exit(1 if compare(options.url, *load(options.run), options.cases) else 0)


if __name__ == "__main__":
    main()
