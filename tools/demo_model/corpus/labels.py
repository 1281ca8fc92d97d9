"""How one asks for a label: shared by sentiment.py and routing.py."""

from __future__ import annotations

from collections.abc import Callable

from .draw import Draw, Phrases, capitalised
from .turns import Dialogue, Turn

LAYOUTS = Phrases(
    "{o}\n\n{t}", "{o}\n\n\"{t}\"", "{o}\n{k}: {t}", "{o} {t}", "{o}\n\n<{k}>\n{t}\n</{k}>",
    "{t}\n\n{o}",
    "{o}\n\n{k}: \"{t}\"", "\"{t}\"\n\n{o}", "{o}: '{t}'", "{o}\n\n{k}: {t}\nLabel:", "{o}\nInput: "
    "{t}\nOutput:",
    "~{o}\n---\n{t}\n---", "~{o}\n\nText: {t}",
)  # fmt: skip


def joined(draw: Draw, labels: list[str]) -> str:
    last = f"{', '.join(labels[:-1])} or {labels[-1]}"
    return draw.choice((last, last, ", ".join(labels), "/".join(labels), " | ".join(labels)))


def asked(
    draw: Draw,
    skill: str,
    order: str,
    kind: str,
    text_of: Callable[[], str],
    answer: str,
    thought: str,
    another: Callable[[], tuple[str, str]],
) -> Dialogue:
    """The order in the system prompt or before the text; sometimes with examples, or in a row.

    kind: what the text is called; another: makes further texts, each with its label.
    """
    text = text_of()
    if draw.chance(0.15):
        shown = [another() for _ in range(draw.integer(1, 4))]
        mark = draw.choice(
            (("Input: ", "\nOutput: "), ("Text: ", "\nLabel: "), ("", " -> "), ("- ", ": "))
        )
        examples = "\n".join(f"{mark[0]}{t}{mark[1]}{label}" for t, label in shown)
        user = f"{order}\n\n{examples}\n{mark[0]}{text}{mark[1].rstrip()}"
        turns = [Turn("user", user), Turn("assistant", answer, thought)]
        return Dialogue(skill, turns, check={"kind": "label", "answer": answer})
    if draw.chance(0.4):
        turns = []
        for _ in range(draw.choice((0, 0, 0, 1, 2))):
            earlier, label = another()
            turns += [Turn("user", earlier), Turn("assistant", label)]
        turns += [Turn("user", text), Turn("assistant", answer, thought)]
        return Dialogue(skill, turns, order, check={"kind": "label", "answer": answer})
    user = draw.phrase(LAYOUTS, o=order, k=kind).replace("{t}", text)
    turns = [Turn("user", capitalised(user)), Turn("assistant", answer, thought)]
    system = draw.choice(("", "", "", "You are a helpful assistant.", "You are a classifier."))
    return Dialogue(skill, turns, system, check={"kind": "label", "answer": answer})
