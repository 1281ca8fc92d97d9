"""Questions to a given passage: the answer is a span of it, or that it is not in there."""

from __future__ import annotations

from dataclasses import dataclass

from . import reading
from .draw import Draw, Phrases, capitalised
from .facts import COMMON_QUESTIONS, COMMON_STATEMENTS, KINDS, Attribute, Kind
from .turns import Dialogue, Turn

SKILL = "passage"
NOT_THERE = "That is not in the passage."

# {p}: the passage, {q}: the question
PROMPTS = Phrases(
    "{p}\n\n{q}",
    "{p}\n\nQuestion: {q}",
    "Context: {p}\n\nQuestion: {q}\nAnswer:",
    "Context:\n{p}\n\nQuestion: {q}",
    "Passage: {p}\n\nQuestion: {q}",
    "Text: {p}\n\nQ: {q}\nA:",
    "Read this text and answer the question.\n\n{p}\n\n{q}",
    "Answer the question from the passage.\n\nPassage:\n{p}\n\nQuestion: {q}",
    "Use the following context to answer the question.\n\n{p}\n\nQuestion: {q}",
    "Use only the provided context to answer. Context: {p} Question: {q}",
    "Answer based only on the context below.\n\nContext:\n{p}\n\nQuestion: {q}\n\nAnswer:",
    "Based on the following documents, answer the question.\n\n{p}\n\nQuestion: {q}",
    "<context>\n{p}\n</context>\n\n{q}",
    "<passage>\n{p}\n</passage>\n<question>{q}</question>",
    "Here is a document:\n<document>\n{p}\n</document>\n\n{q}",
    '<document name="{w}">\n{p}\n</document>\n{q}',
    '{q}\n<document name="{w}">\n{p}\n</document>',
    "{q}\n\n{p}",
    "Question: {q}\n\nContext: {p}",
    "{q} Answer from this text: {p}",
    'I have this text:\n"""\n{p}\n"""\n{q}',
    "Search results:\n{p}\n\nUser question: {q}",
    "I will give you a set of search results and a question. Answer the question with "
    "information from the search results only.\n\nHere are the search results in numbered order:\n"
    "{p}\n\nHere is the user's question:\n<question>\n{q}\n</question>",
    "<search_results>\n{p}\n</search_results>\n\n{q}",
    "Use the following pieces of context to answer the question at the end.\n\n{p}\n\nQuestion: "
    "{q}\n"
    "Helpful answer:",
    "You are given a text and a question.\n\nText: {p}\n\nQuestion: {q}",
    "~Please read the following paragraph and answer my question.\n\n{p}\n\nMy question: {q}",
    "~Given this context:\n---\n{p}\n---\nAnswer this question: {q}",
    "~<text>\n{p}\n</text>\n\nQuestion: {q}\nAnswer from the text only.",
    "~Document:\n{p}\n\n{q}",
)
SYSTEMS = Phrases(
    "[Answer|You answer] questions [from|based on|using] the [given|provided] "
    "[passage|context|text|documents][ only|].",
    "You are [a helpful|an] assistant. Use only the [context|passage|documents] to answer.",
    "You are a support agent. Use only the provided context to answer.",
    "Answer with a span [of|from] the [text|passage].",
    "Answer [briefly|shortly|with as few words as possible], from the context[ only|].",
    "Copy the answer from the [text|passage]. Do not add anything.",
    "You are a helpful assistant.",
    "~You are a careful reader. Answer only from the given text.",
    "~Use the passage to answer the user's question.",
)
# {n}: what to say when the answer is not there
FALLBACK_ORDERS = Phrases(
    'If the answer is not in the [text|passage|context], [say|answer|reply|write] "{n}"[.|]',
    "If [you don't know|you cannot find the answer], say '{n}'.",
    "If it is not [there|in the context], [answer|reply] with: {n}",
    'When the [context|passage] does not [contain|hold|have] the answer, [say|reply] "{n}".',
    "Reply {n} if the answer is missing.",
    '~If the passage does not contain the answer, reply with "{n}".',
)
FALLBACKS = (
    "I don't know.;I do not know.;Not found;NOT_FOUND;N/A;unknown;I cannot find that.;No answer;"
    "Not in the text.;I don't have that information.;The text does not say.;none;UNANSWERABLE;?"
).split(";")
SENTENCE_ORDERS = Phrases(
    "Answer in a full sentence.", "Quote the sentence.", "Give the whole sentence from the text.",
    "Reply with the sentence that says so.", "~Quote the whole sentence that answers it.",
)  # fmt: skip
NOT_THERE_THOUGHT = "The text says nothing about the {a} of {e}."
THERE_THOUGHT = 'The text says: "{s}" So the answer is {v}.'


@dataclass
class Fact:
    entity: str
    attribute: Attribute
    value: str
    sentence: str


def _state(draw: Draw, entity: str, attribute: Attribute) -> Fact:
    value = attribute.value(draw)
    phrases = attribute.statements if draw.chance(0.7) else COMMON_STATEMENTS
    text = draw.phrase(phrases, a=attribute.label, e=entity, v=value)
    # A value at the start stays as it is: the answer must be a copy.
    return Fact(entity, attribute, value, text if text.startswith(value) else capitalised(text))


def _question(draw: Draw, entity: str, attribute: Attribute) -> str:
    phrases = attribute.questions if draw.chance(0.65) else COMMON_QUESTIONS
    return capitalised(draw.phrase(phrases, a=attribute.label, e=entity))


def _facts(draw: Draw, kind: Kind, entities: list[str], most: int) -> list[Fact]:
    """Some attributes of each entity; at least one attribute remains untold for each."""
    found = []
    for entity in entities:
        count = draw.integer(1, min(most, len(kind.attributes) - 1))
        found += [_state(draw, entity, a) for a in draw.sample(kind.attributes, count)]
    return found


def _paragraphs(draw: Draw, sentences: list[str]) -> str:
    if len(sentences) < 4 or draw.chance(0.6):
        return " ".join(sentences)
    form = draw.choice(("paragraphs", "lines", "numbered", "bullets"))
    if form == "lines":
        return "\n".join(sentences)
    if form == "bullets":
        return "\n".join(f"- {sentence}" for sentence in sentences)
    cut = draw.integer(1, 3)
    groups = [" ".join(sentences[i : i + cut]) for i in range(0, len(sentences), cut)]
    if form == "paragraphs":
        return "\n\n".join(groups)
    mark = draw.choice(("[{n}] ", "{n}. ", "Document {n}: ", "[Document {n}]\n"))
    return "\n\n".join(mark.replace("{n}", str(i)) + text for i, text in enumerate(groups, 1))


def passage(draw: Draw, length: str = "") -> tuple[str, Kind, list[str], list[Fact]]:
    """A text about one or more things of one kind, with sentences that belong to nothing."""
    kind = draw.choice(KINDS)
    size = length or draw.weighted({"short": 50, "middle": 38, "long": 12})
    count = {"short": draw.integer(1, 2), "middle": draw.integer(2, 4), "long": draw.integer(4, 9)}[
        size
    ]
    entities = list(dict.fromkeys(kind.entity(draw) for _ in range(count)))
    facts = _facts(draw, kind, entities, 4 if size == "short" else 6)
    sentences = [fact.sentence for fact in facts]
    filler = draw.integer(0, 3) if size == "short" else draw.integer(0, 2 + len(sentences) // 2)
    for _ in range(filler):
        extra = draw.choice(reading.EXTRAS) if draw.chance(0.5) else reading.sentence(draw.rng)
        sentences.insert(draw.integer(0, len(sentences)), extra)
    if draw.chance(0.25):
        sentences = draw.shuffled(sentences)
    return _paragraphs(draw, sentences), kind, entities, facts


def _missing(
    draw: Draw, kind: Kind, entities: list[str], facts: list[Fact]
) -> tuple[str, Attribute]:
    """Something that the passage does not tell, though it may well tell it of another thing."""
    told = {(fact.entity, fact.attribute.label) for fact in facts}
    stranger = kind.entity(draw)
    if draw.chance(0.2) and stranger not in entities:
        return stranger, draw.choice(kind.attributes)
    while True:
        entity, attribute = draw.choice(entities), draw.choice(kind.attributes)
        if (entity, attribute.label) not in told:
            return entity, attribute


@dataclass
class Asked:
    question: str
    answer: str
    thought: str
    in_passage: bool


def _ask(
    draw: Draw, kind: Kind, entities: list[str], facts: list[Fact], fallback: str, whole: bool
) -> Asked:
    if draw.chance(0.3):
        entity, attribute = _missing(draw, kind, entities, facts)
        question = _question(draw, entity, attribute)
        thought = draw.fill(NOT_THERE_THOUGHT, a=attribute.label, e=entity)
        return Asked(question, fallback, thought, False)
    fact = draw.choice(facts)
    thought = draw.fill(THERE_THOUGHT, s=fact.sentence, v=fact.value)
    answer = fact.sentence if whole else fact.value
    return Asked(_question(draw, fact.entity, fact.attribute), answer, thought, True)


def answer_from_passage(draw: Draw, length: str = "") -> Dialogue:
    text, kind, entities, facts = passage(draw, length)
    fallback = NOT_THERE
    orders = []
    if draw.chance(0.4):
        fallback = draw.choice(FALLBACKS) if draw.chance(0.7) else f"{draw.invented_name()}."
        orders.append(draw.phrase(FALLBACK_ORDERS, n=fallback))
    whole = draw.chance(0.12)
    if whole:
        orders.append(draw.phrase(SENTENCE_ORDERS))
    asked = _ask(draw, kind, entities, facts, fallback, whole)
    prompt = draw.phrase(PROMPTS, q="{q}", w=draw.word())
    system = draw.phrase(SYSTEMS) if draw.chance(0.45) else ""
    question = asked.question
    if orders:
        order = " ".join(orders)
        place = draw.choice(("system", "question", "top"))
        if place == "system":
            system = f"{system} {order}".strip()
        elif place == "question":
            question = f"{question} {order}"
        else:
            prompt = f"{order}\n\n{prompt}"
    user = prompt.replace("{q}", question).replace("{p}", text)
    turns = [Turn("user", user), Turn("assistant", asked.answer, asked.thought)]
    if draw.chance(0.3):
        turns = _continued(draw, turns, (kind, entities, facts, fallback, whole), asked)
    last_is_told = turns[-1].content != fallback
    check = {"kind": "span" if last_is_told else "absent", "answer": turns[-1].content}
    return Dialogue(SKILL, turns, system, check=check)


def _continued(draw: Draw, turns: list[Turn], known: tuple, first: Asked) -> list[Turn]:
    """More questions to the same passage, one after the other."""
    kind, entities, facts, fallback, whole = known
    seen = {first.question}
    for _ in range(draw.integer(1, 3)):
        asked = _ask(draw, kind, entities, facts, fallback, whole)
        if asked.question not in seen:
            seen.add(asked.question)
            turns += [Turn("user", asked.question), Turn("assistant", asked.answer, asked.thought)]
    return turns


def long_passage(draw: Draw) -> Dialogue:
    """Many things at once, up to the whole context."""
    kind = draw.choice(KINDS)
    entities = list(dict.fromkeys(kind.entity(draw) for _ in range(draw.integer(8, 44))))
    facts = _facts(draw, kind, entities, 7)
    sentences = [fact.sentence for fact in facts]
    for _ in range(draw.integer(0, 20)):
        sentences.insert(draw.integer(0, len(sentences)), reading.sentence(draw.rng))
    asked = _ask(draw, kind, entities, facts, NOT_THERE, False)
    prompt = draw.phrase(PROMPTS, q=asked.question, w=draw.word())
    user = prompt.replace("{p}", _paragraphs(draw, sentences))
    turns = [Turn("user", user), Turn("assistant", asked.answer, asked.thought)]
    turns = _continued(draw, turns, (kind, entities, facts, NOT_THERE, False), asked)
    check = {
        "kind": "span" if turns[-1].content != NOT_THERE else "absent",
        "answer": turns[-1].content,
    }
    return Dialogue(SKILL, turns, "", check=check)
