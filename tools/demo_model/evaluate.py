"""Puts the held-out cases to the model, as a client of Bedplate would, and prints the scores.

    python -m demo_model.evaluate [--weights FILE.gguf] [--cases 100] [--json scores.json]

Everything goes through Converse with boto3: tools as toolConfig, schemas as outputConfig, reasoning
as reasoning_effort. Without --endpoint it starts a server of its own on a free port and
ends it. All at temperature 0. `make eval-demo` runs this.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from .corpus.turns import Dialogue, Turn
from .held_out import CASES, ROWS, cases, first_questions
from .judge import Reply, is_right, matches
from .speed import measure_speed

MODEL = "bedplate.demo-chat"
TOKENS_MAX = 400
TARGETS = {
    "passage: answered": 0.90, "passage: not in it": 0.90,
    "extract: as text": 0.90, "extract: by schema": 0.90, "extract: by tool": 0.90,
    "sentiment": 0.95, "routing": 0.95, "tools: known kinds": 0.90, "arithmetic, reasoning": 0.80,
}  # fmt: skip
FIRST_QUESTIONS = "first questions"
AFTER_TOOL = "tools: answer after"


@dataclass
class Row:
    name: str
    right: int = 0
    of: int = 0
    failures: list[dict] = field(default_factory=list)

    @property
    def score(self) -> float:
        return self.right / self.of if self.of else 0.0

    def add(self, is_right: bool, question: str, wanted: object, reply: Reply) -> None:
        self.of += 1
        self.right += is_right
        if not is_right:
            said = {"text": reply.text, "thought": reply.thought, "calls": reply.calls}
            self.failures.append({"asked": question, "wanted": wanted, "said": said})


# ---- The client's side


def _content(turn: Turn, number: int) -> dict:
    """A turn as a message of Converse."""
    if turn.role == "tool":
        result = {"toolUseId": f"call-{number}", "content": [{"text": turn.content}]}
        return {"role": "user", "content": [{"toolResult": result}]}
    blocks: list[dict] = [{"text": turn.content}] if turn.content else []
    for place, call in enumerate(turn.calls, number + 1):
        blocks.append(
            {"toolUse": {"toolUseId": f"call-{place}", "name": call.name, "input": call.arguments}}
        )
    return {"role": turn.role, "content": blocks}


def messages_of(turns: list[Turn]) -> list[dict]:
    """Messages of Converse; results of parallel calls stand in one message."""
    messages: list[dict] = []
    for number, turn in enumerate(turns):
        message = _content(turn, number)
        if turn.role == "tool" and messages[-1]["role"] == "user":
            messages[-1]["content"] += message["content"]
        else:
            messages.append(message)
    return messages


def request_of(dialogue: Dialogue, turns: list[Turn]) -> dict:
    request: dict = {
        "modelId": MODEL,
        "messages": messages_of(turns),
        "inferenceConfig": {"maxTokens": TOKENS_MAX, "temperature": 0},
    }
    if dialogue.system:
        request["system"] = [{"text": dialogue.system}]
    if dialogue.tools:
        request["toolConfig"] = {"tools": [_tool(tool) for tool in dialogue.tools]}
        if dialogue.turns[len(turns)].forced:
            name = dialogue.turns[len(turns)].calls[0].name
            request["toolConfig"]["toolChoice"] = {"tool": {"name": name}}
    if dialogue.schema:
        schema = {"schema": json.dumps(dialogue.schema), "name": "reply"}
        structure = {"type": "json_schema", "structure": {"jsonSchema": schema}}
        request["outputConfig"] = {"textFormat": structure}
    # A model that the catalogue does not know reasons unless it is told not to.
    fields = {"reasoning_effort": "low" if dialogue.thinking else "none"}
    request["additionalModelRequestFields"] = fields
    return request


def _tool(tool: dict) -> dict:
    spec = {"name": tool["name"], "description": tool["description"]}
    return {"toolSpec": {**spec, "inputSchema": {"json": tool["parameters"]}}}


class Client:
    def __init__(self, endpoint: str, credentials: dict) -> None:
        config = Config(retries={"total_max_attempts": 1}, read_timeout=120)
        self.runtime = boto3.client(
            "bedrock-runtime", endpoint_url=endpoint, config=config, **credentials
        )

    def ask(self, request: dict) -> Reply:
        reply = Reply()
        try:
            message = self.runtime.converse(**request)["output"]["message"]
        except ClientError as error:
            # What the server refuses or cannot read of the model's output is a wrong answer.
            reply.text = f"({error})"
            return reply
        for block in message["content"]:
            if "text" in block:
                reply.text += block["text"]
            elif "toolUse" in block:
                reply.calls.append([block["toolUse"]["name"], block["toolUse"]["input"]])
            elif "reasoningContent" in block:
                reply.thought += block["reasoningContent"].get("reasoningText", {}).get("text", "")
        return reply


# ---- The rows


def judged_turn(dialogue: Dialogue) -> int:
    """Where the turn stands that is judged: the last reply, or the call before a tool's result."""
    return next((i for i, turn in enumerate(dialogue.turns) if turn.calls), len(dialogue.turns) - 1)


def run_row(client: Client, name: str, count: int) -> list[Row]:
    row, after = Row(name), Row(f"{AFTER_TOOL}, {name.split(': ')[-1]}")
    for dialogue in cases(name, count):
        place = judged_turn(dialogue)
        reply = client.ask(request_of(dialogue, dialogue.turns[:place]))
        right = is_right(reply, dialogue.check)
        if dialogue.thinking and not reply.thought:
            right = False  # right by chance, or without reasoning
        row.add(right, dialogue.turns[place - 1].content, dialogue.check, reply)
        if dialogue.check.get("then"):
            # From the right call on, whether the model made it or not.
            said = client.ask(request_of(dialogue, dialogue.turns[:-1]))
            check = {"kind": "contains", "values": dialogue.check["then"]}
            after.add(
                is_right(said, check) and not said.calls, dialogue.turns[-2].content, check, said
            )
    return [row, after] if after.of else [row]


def run_first_questions(client: Client) -> Row:
    row = Row(FIRST_QUESTIONS)
    for question in first_questions():
        turns: list[Turn] = []
        dialogue = Dialogue("talk", turns, question.get("system", ""))
        reply = Reply()
        for text in question["messages"]:
            turns.append(Turn("user", text))
            reply = client.ask(request_of(dialogue, turns))
            turns.append(Turn("assistant", reply.text or "…"))
        row.add(matches(reply.text, question), question["messages"][-1], question["expect"], reply)
    return row


def print_row(row: Row) -> None:
    target = TARGETS.get(row.name)
    verdict = (
        "" if target is None else f"{target:6.0%}  {'reached' if row.score >= target else 'missed'}"
    )
    print(f"{row.name:34} {row.right:4} of {row.of:4} {row.score:7.1%}  {verdict}", flush=True)


@contextmanager
def server_of(options: argparse.Namespace):
    """(endpoint, credentials) of the server to ask; one of its own unless an endpoint is given."""
    if options.endpoint:
        yield options.endpoint, {"region_name": os.environ.get("AWS_REGION", "us-east-1")}
        return
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
    from bedplate_server import BedplateServer

    with tempfile.TemporaryDirectory(prefix="eval-demo-") as folder:
        weights = json.dumps(str(options.weights.resolve()))
        config = (
            f'[engines.judged]\ntype = "llama.cpp"\nweights = {weights}\nslots = 1\n'
            '[[bindings]]\nmodels = ["*"]\nengine = "judged"\n'
        )
        with BedplateServer(Path(folder), config) as server:
            found = server.credentials
            yield (
                server.url,
                {
                    "aws_access_key_id": found.access_key_id,
                    "aws_secret_access_key": found.secret_access_key,
                    "region_name": found.region,
                },
            )


def parse_options() -> argparse.Namespace:
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--weights", type=Path, default=root / "models/demo-chat.gguf")
    parser.add_argument("--endpoint", help="ask this server (credentials from the environment)")
    parser.add_argument("--cases", type=int, default=CASES, help="of each row")
    parser.add_argument("--rows", help="only rows that contain this text")
    parser.add_argument("--json", type=Path, help="write the scores to this file")
    parser.add_argument("--failures", type=Path, help="write every wrong answer to this file")
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a target is missed")
    return parser.parse_args()


def fingerprint(options: argparse.Namespace) -> str:
    """Which weights were judged: a hash of the file, or the server that was asked."""
    if options.endpoint:
        return options.endpoint
    return f"sha256:{hashlib.sha256(options.weights.read_bytes()).hexdigest()}"


def write(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def main() -> None:
    options = parse_options()
    started = time.monotonic()
    rows: list[Row] = []
    speed: dict[str, float] = {}
    with server_of(options) as (endpoint, credentials):
        client = Client(endpoint, credentials)
        if not options.no_speed and not options.rows:
            speed = measure_speed(client.runtime, MODEL)
        for name in [FIRST_QUESTIONS, *ROWS]:
            if options.rows and options.rows not in name:
                continue
            new = (
                [run_first_questions(client)]
                if name == FIRST_QUESTIONS
                else run_row(client, name, options.cases)
            )
            rows += new
            for row in new:
                print_row(row)
    mean = statistics.mean(row.score for row in rows) if rows else 0.0
    print(f"{'mean of the rows':34} {'':12} {mean:7.1%}   ({time.monotonic() - started:.0f} s)")
    for name, value in speed.items():
        print(f"{name:34} {value:10.1f}")
    if options.json:
        scores = {row.name: {"right": row.right, "of": row.of} for row in rows}
        write(options.json, {"weights": fingerprint(options), "rows": scores, "speed": speed})
    if options.failures:
        write(options.failures, {row.name: row.failures for row in rows})
    missed = [row.name for row in rows if row.score < TARGETS.get(row.name, 0)]
    sys.exit(1 if options.strict and missed else 0)


if __name__ == "__main__":
    main()
