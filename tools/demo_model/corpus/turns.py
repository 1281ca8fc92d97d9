"""What a generator makes: a conversation whose last turn is the answer to be learned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Call:
    """The assistant's use of a tool."""

    name: str
    arguments: dict[str, Any]


@dataclass
class Turn:
    role: str  # "user", "assistant" or "tool"
    content: str = ""
    thought: str = ""  # the assistant's reasoning before the content
    calls: list[Call] = field(default_factory=list)
    # A call that the server forces (tool_choice any or tool): its grammar leaves the marks out and
    # begins with the brace, so the model is not taught to choose such a beginning by itself.
    forced: bool = False


@dataclass
class Dialogue:
    skill: str
    turns: list[Turn]
    system: str = ""
    tools: list[dict[str, Any]] = field(default_factory=list)  # name, description, parameters
    thinking: bool = False  # the client asked for reasoning
    # How the evaluation judges the last reply (judge.py); empty where the text alone decides.
    check: dict[str, Any] = field(default_factory=dict)
    schema: dict[str, Any] | None = None  # the reply is held to this JSON schema

    @property
    def question(self) -> str:
        return self.turns[-2].content if len(self.turns) > 1 else ""

    @property
    def answer(self) -> Turn:
        return self.turns[-1]


def ask(
    skill: str, user: str, answer: str, *, system: str = "", thought: str = "", **rest
) -> Dialogue:
    """A question and its answer."""
    turns = [Turn("user", user), Turn("assistant", answer, thought)]
    return Dialogue(skill, turns, system, **rest)
