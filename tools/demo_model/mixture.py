"""The training text: which kinds of conversations, how often, and nothing of the evaluation's.

python -m demo_model.mixture --count 20            # shows conversations
python -m demo_model.mixture --count 20 --held-out # of the evaluation's side
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator

from .corpus import (
    fields,
    passages,
    persona,
    reading,
    routing,
    sentiment,
    small,
    steps,
    talk,
    tools,
)
from .corpus.draw import Draw
from .corpus.turns import Dialogue, Turn
from .held_out import HeldOut
from .template import rendered

Source = Callable[[Draw], Dialogue]

DRILL = "drill"
DIRECT = (
    "I can answer this directly.",
    "This is simple. I answer it.",
    "The user asks something easy.",
    "I know what to say.",
)
THINKING_SHARE = 0.09
SERIES_SHARE = 0.07


def drill(draw: Draw) -> Dialogue:
    """Meaningless words, to be given back: copying is what most skills rest on."""
    words = " ".join(
        reading.any_word(draw.rng) if draw.chance(0.4) else draw.word()
        for _ in range(draw.integer(3, 40))
    )
    return Dialogue(DRILL, [Turn("user", f"Repeat: {words}"), Turn("assistant", words)])


SOURCES: dict[Source, float] = {
    talk.talk: 22,
    passages.answer_from_passage: 17,
    passages.long_passage: 0.8,
    fields.extract: 15,
    fields.extract_by_tool: 3,
    sentiment.sentiment: 5,
    routing.routing: 8,
    lambda draw: tools.use(draw, 0.6): 16,
    steps.two_steps: 9,
    steps.one_step: 2,
    small.instruction: 11,
    drill: 1.5,
}
_STARTING = {**SOURCES, drill: 25.0}  # the first shards: copying before anything else
_PLAIN = tuple(
    (source, weight)
    for source, weight in SOURCES.items()
    if source not in (drill, passages.long_passage, fields.extract_by_tool)
)


def _series(draw: Draw) -> Dialogue:
    """Several tasks in one conversation: only the last question counts."""
    joined = Dialogue("series", [])
    for _ in range(draw.integer(2, 4)):
        source = draw.rng.choices([s for s, _ in _PLAIN], weights=[w for _, w in _PLAIN])[0]
        one = source(draw)
        if one.system or one.tools:
            continue
        joined.turns += one.turns
        joined.thinking = one.thinking
        joined.check = one.check
    if not joined.turns:
        return _series(draw)
    joined.system = persona.ordinary_system(draw.rng) if draw.chance(0.3) else ""
    return joined


def _maybe_thinking(draw: Draw, dialogue: Dialogue) -> Dialogue:
    """Sometimes the client asks for reasoning, whatever the question."""
    forced = any(turn.forced for turn in dialogue.turns)
    if dialogue.skill == steps.SKILL or forced:
        return dialogue
    if draw.chance(THINKING_SHARE) or dialogue.thinking:
        dialogue.thinking = True
        answer = dialogue.answer
        answer.thought = answer.thought or draw.choice(DIRECT)
    return dialogue


def dialogue_of(draw: Draw, starting: bool = False) -> Dialogue:
    if draw.chance(SERIES_SHARE):
        return _maybe_thinking(draw, _series(draw))
    return _maybe_thinking(draw, draw.weighted(_STARTING if starting else SOURCES)(draw))


def training(seed: int, count: int, starting: bool = False) -> Iterator[Dialogue]:
    """`count` conversations without any that the evaluation asks."""
    draw = Draw(random.Random(seed))
    held_out = HeldOut.default()
    made = 0
    while made < count:
        one = dialogue_of(draw, starting)
        if one.skill == DRILL or not held_out.found_in(one):
            made += 1
            yield one


def validation(seed: int, count: int) -> Iterator[Dialogue]:
    """Conversations of the evaluation's side of the split, for the loss during training."""
    draw = Draw(random.Random(seed), held_out=True)
    for _ in range(count):
        yield dialogue_of(draw)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--skill", help="only this one")
    options = parser.parse_args()
    source = validation if options.held_out else training
    shown = 0
    for one in source(options.seed, 1_000_000_000):
        if options.skill in (None, one.skill):
            print(f"──── {one.skill}{' (thinking)' if one.thinking else ''}")
            print("".join(f"⟦{text}⟧" if learned else text for text, learned in rendered(one)))
            shown += 1
        if shown == options.count:
            break


if __name__ == "__main__":
    main()
