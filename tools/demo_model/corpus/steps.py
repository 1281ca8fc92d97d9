"""Two-step arithmetic, thought through step by step.

The range: numbers up to 99 for sums and differences, up to 12 for products and quotients; every
result from 0 to 999. The thoughts go between the reasoning marks when the client asks for
reasoning; else a short way to the result stands in the answer.
"""

from __future__ import annotations

from . import values
from .draw import Draw, Phrases, is_held_out
from .turns import Dialogue, Turn

SKILL = "arithmetic"
RESULT_MAX = 999

_SIGNS = {"+": ("+",), "-": ("-",), "*": ("*", "x", "×"), "/": ("/", "÷")}


def _operation(draw: Draw, sign: str, left: int | None = None) -> tuple[int, int, int]:
    """(left, right, result) within the range; `left` may be given by the step before."""
    for _ in range(200):
        a = left if left is not None else draw.integer(2, 99)
        if sign == "+":
            b = draw.integer(1, 99)
            result = a + b
        elif sign == "-":
            b = draw.integer(1, 99)
            result = a - b
        elif sign == "*":
            a = left if left is not None else draw.integer(2, 12)
            b = draw.integer(2, 12)
            result = a * b
            if a > 99:
                continue
        else:
            b = draw.integer(2, 12)
            if left is None:
                a = b * draw.integer(2, 12)
            if a % b or a // b > 99 or a > 144:
                continue
            result = a // b
        if 0 <= result <= RESULT_MAX:
            return a, b, result
    raise ArithmeticError


def _two_steps(draw: Draw, first: str, second: str) -> tuple[int, int, int, int, int]:
    """a, b, their result, c, and the end result; the numbers together belong to this side."""
    while True:
        try:
            a, b, between = _operation(draw, first)
            _, c, end = _operation(draw, second, between)
        except ArithmeticError:
            continue
        if is_held_out(f"{a}{first}{b}{second}{c}") == draw.held_out:
            return a, b, between, c, end


def _pairs(draw: Draw) -> tuple[str, str]:
    return draw.weighted(
        {("+", "-"): 4, ("+", "+"): 4, ("-", "+"): 3, ("-", "-"): 3, ("*", "+"): 4, ("*", "-"): 4,
         ("/", "+"): 2, ("/", "-"): 1, ("+", "*"): 2, ("-", "*"): 1, ("*", "*"): 1, ("+", "/"): 1}
    )  # fmt: skip


# Stories by their two operations: {a} {b} {c} numbers, {n} a name, {t} things.
_STORIES = {
    ("+", "-"): Phrases(
        "{n} has {a} {t}, buys {b} more and gives {c} away. How many {t} does {n} have [now|left]?",
        "There were {a} {t} in a box. {n} put in {b} more and took out {c}. How many are in the "
        "box?",
        "A shop had {a} {t}, got {b} more and sold {c}. How many {t} are left?",
        "A bus carries {a} people. {b} get on, then {c} get off. How many people are on the bus?",
        "~{n} owns {a} {t}, gets {b} more and sells {c}. How many {t} are left?",
    ),
    ("+", "+"): Phrases(
        "{n} has {a} {t}, finds {b} more and buys another {c}. How many {t} does {n} have?",
        "{a} {t} lie on the table, {b} on the chair and {c} on the floor. How many {t} are there?",
        "{n} read {a} pages on Monday, {b} on Tuesday and {c} on Wednesday. How many pages is "
        "that?",
        "~{n} sold {a} {t} in May, {b} in June and {c} in July. How many {t} were sold?",
    ),
    ("-", "+"): Phrases(
        "{n} had {a} {t}, lost {b} and then got {c} new ones. How many {t} does {n} have?",
        "There were {a} people in a room. {b} left and {c} came in. How many people are in the "
        "room?",
        "A store had {a} {t}. It sold {b} and received {c}. How many {t} does it have now?",
        "~{n} had {a} {t}, gave away {b} and bought {c}. How many {t} does {n} have now?",
    ),
    ("-", "-"): Phrases(
        "{n} has {a} {t}, gives {b} to a friend and loses {c}. How many are left?",
        "A tank holds {a} litres. {b} litres are used on Monday and {c} on Tuesday. How many "
        "litres are left?",
        "~Of {a} {t}, {n} sells {b} and breaks {c}. How many {t} are left?",
    ),
    ("*", "+"): Phrases(
        "{n} buys {a} boxes with {b} {t} each and {c} single ones. How many {t} is that?",
        "There are {a} tables with {b} chairs each, and {c} more chairs at the wall. How many "
        "chairs are there?",
        "A ticket costs {b} euros. {n} buys {a} tickets and a map for {c} euros. How much is that "
        "in euros?",
        "~{n} has {a} bags with {b} {t} each, plus {c} loose ones. How many {t} are there in "
        "total?",
    ),
    ("*", "-"): Phrases(
        "{n} buys {a} packs of {b} {t} and uses {c}. How many {t} are left?",
        "{a} rows with {b} seats each; {c} seats are taken. How many seats are free?",
        "~There are {a} crates with {b} {t} each, and {c} of the {t} are bad. How many {t} are "
        "good?",
    ),
    ("/", "+"): Phrases(
        "{n} shares {a} {t} equally among {b} friends. Each friend already had {c}. How many does "
        "each have now?",
        "~{a} {t} are split evenly into {b} boxes, and {c} more are put into each box. How many "
        "are in each box?",
    ),
    ("+", "*"): Phrases(
        "{n} earns {a} euros a day plus {b} euros extra. How many euros is that for {c} days?",
        "A box holds {a} red and {b} blue {t}. How many {t} are in {c} boxes?",
        "~Each bag holds {a} green and {b} yellow {t}. How many {t} are in {c} bags?",
    ),
}  # fmt: skip
_THINGS = (
    "apples;marbles;books;coins;pencils;stamps;cards;eggs;oranges;balls;cups;stones;flowers;"
    "tickets;"
    "cookies;shells;keys;candles;bottles;plates;buttons;toys;nails;screws;stickers;chairs"
).split(";")
_PLAIN = Phrases(
    "What is {x}?", "{x}", "{x} = ?", "Calculate {x}.", "Compute {x}.", "How much is {x}?",
    "Solve: {x}",
    "Work out {x}.", "Please calculate {x}", "What's {x}?", "~Find the value of {x}.", "~Evaluate "
    "{x}.",
)  # fmt: skip
_STEPWISE = Phrases(
    "Think step by step.", "Let's think step by step.", "Show your steps.", "Explain your steps.",
    "Work through this carefully.", "~Please go step by step.",
)  # fmt: skip


_IN_TAGS = Phrases(
    "Show your reasoning in <{a}> tags, then the answer in <{b}> tags.",
    "Think in <{a}> tags and put the result into <{b}> tags.",
    "~First think inside <{a}> tags, then answer inside <{b}> tags.",
)  # fmt: skip


def _expression(draw: Draw, first: str, second: str, a: int, b: int, c: int) -> str:
    one, two = draw.choice(_SIGNS[first]), draw.choice(_SIGNS[second])
    if first in "+-" and second in "*/":
        return f"({a} {one} {b}) {two} {c}"
    plain = f"{a} {one} {b} {two} {c}"
    if draw.chance(0.2):
        return f"({a} {one} {b}) {two} {c}"
    return plain if draw.chance(0.85) else plain.replace(" ", "")


def _step(sign: str, a: int, b: int, result: int) -> str:
    """One step; sums beyond the easy ones go by tens and ones."""
    shown = f"{a} {sign} {b} = {result}"
    if sign == "+" and a >= 10 and b >= 10:
        tens = b // 10 * 10
        if b % 10:
            return f"{a} + {tens} = {a + tens}, {a + tens} + {b % 10} = {result}, so {shown}"
    if sign == "-" and b >= 10 and b % 10:
        tens = b // 10 * 10
        return f"{a} - {tens} = {a - tens}, {a - tens} - {b % 10} = {result}, so {shown}"
    if sign == "*" and a > 12:
        tens = a // 10 * 10
        return f"{tens} * {b} = {tens * b}, {a % 10} * {b} = {a % 10 * b}, so {shown}"
    return shown


def two_steps(draw: Draw, thinking: bool | None = None) -> Dialogue:
    first, second = _pairs(draw)
    a, b, between, c, end = _two_steps(draw, first, second)
    # A product comes before a sum; written without brackets it may stand on either side.
    swapped = first == "*" and second == "+" and draw.chance(0.3)
    stories = _STORIES.get((first, second))
    if stories and draw.chance(0.55):
        name, things = values.first_name(draw), draw.choice(_THINGS)
        user = draw.phrase(stories, a=str(a), b=str(b), c=str(c), n=name, t=things)
        swapped = False
    elif swapped:
        user = draw.phrase(_PLAIN, x=f"{c} + {a} {draw.choice(_SIGNS['*'])} {b}")
    else:
        user = draw.phrase(_PLAIN, x=_expression(draw, first, second, a, b, c))
    thinking = draw.chance(0.6) if thinking is None else thinking
    stepwise = draw.chance(0.25)
    if stepwise:
        user += " " + draw.phrase(_STEPWISE)
    final = _step(second, between, c, end)
    if swapped:
        final = _step("+", c, between, end)
    thought = f"First: {_step(first, a, b, between)}.\nThen: {final}.\nThe result is {end}."
    last = f"{c} + {between} = {end}" if swapped else f"{between} {second} {c} = {end}"
    if thinking:
        answer = f"The answer is {end}."
    elif draw.chance(0.1):
        tags = draw.choice((("thinking", "answer"), ("reasoning", "answer"), ("steps", "result")))
        user += " " + draw.phrase(_IN_TAGS, a=tags[0], b=tags[1])
        answer = f"<{tags[0]}>\n{thought}\n</{tags[0]}>\n<{tags[1]}>{end}</{tags[1]}>"
    elif stepwise:
        answer = f"{thought.rsplit(chr(10), 1)[0]}\nThe answer is {end}."
    else:
        answer = f"{a} {first} {b} = {between} and {last}. The answer is {end}."
    system = draw.choice(("", "", "", "You are a helpful assistant.", "You are a maths tutor."))
    turns = [Turn("user", user), Turn("assistant", answer, thought)]
    check = {"kind": "number", "answer": end}
    return Dialogue(SKILL, turns, system, thinking=thinking, check=check)


def one_step(draw: Draw) -> Dialogue:
    sign = draw.choice("++--**/")
    while True:
        try:
            a, b, result = _operation(draw, sign)
        except ArithmeticError:
            continue
        if is_held_out(f"{a}{sign}{b}") == draw.held_out:
            break
    user = draw.phrase(_PLAIN, x=f"{a} {draw.choice(_SIGNS[sign])} {b}")
    thought = f"{_step(sign, a, b, result)}."
    answer = f"{a} {sign} {b} = {result}"
    turns = [Turn("user", user), Turn("assistant", answer, thought)]
    return Dialogue(SKILL, turns, check={"kind": "number", "answer": result})
