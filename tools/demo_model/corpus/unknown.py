"""Questions outside the model's little world, and its honest answers.

A small model invents things unless it has seen very many unknown ones. So these questions come
from open-ended grammars: real topics it was never taught, people, and words that mean nothing.
"""

from __future__ import annotations

import random
from pathlib import Path

from .concepts import ONE_SENTENCE, PARAGRAPH, QUESTIONS, question_about
from .grammar import Exchange, capitalised, expand, invented_name, invented_word, polite

UNKNOWN = (
    "I am only a small demo model and don't know about that. Ask me about Bedplate or Amazon "
    "Bedrock, or bind a bigger model in the configuration."
)
CODE = (
    "I am only a small demo model and cannot write code. Bind a bigger model in Bedplate's "
    "configuration for that."
)
LIVE = (
    "I am only a small demo model without a clock, a network or news, so I cannot tell. Bind a "
    "bigger model or look it up."
)
SUMS = "I am only a small demo model and can do sums with small numbers only."
CAPITAL = "I am only a small demo model and don't know the capital of that place."
WORDS = "I am only a small demo model and know just a few words of other languages."
IMAGES = "I am only a small demo model and can read nothing but text."
ADVICE = (
    "I am only a small demo model and cannot give advice on that. Please ask somebody who knows."
)

# Real things, one per line, none of which the model is ever told about.
TOPICS = tuple(Path(__file__).with_name("unknown_topics.txt").read_text().splitlines())

QUESTION_SHAPES = (
    "Who [invented|discovered|wrote|painted|founded|built|won|directed|composed] {x}?",
    "When [was|were] {x} [invented|discovered|built|founded|born|published|released]?",
    "When did {x} [begin|end|start|die|happen|open|close]?",
    "Where [is|are|was] {x}[ located|]?",
    "Why [is|are|do|does|did] {x} [important|expensive|famous|exist|fail|grow|move|change]?",
    "How [do|does|did] {x} [work|grow|move|begin|start|change|end]?",
    "Who is {x}?",
    "Who was {x}?",
    "How [old|tall|big|heavy|fast|far|deep|long|expensive] [is|are|was] {x}?",
    "What is the [history|price|population|size|height|origin|future|meaning|cost|area] of {x}?",
    "What [causes|caused|happened to|comes after] {x}?",
    "What are the [types|parts|benefits|risks|"
    "causes|effects|rules|advantages|disadvantages|main ideas] of {x}?",
    "[Compare|What is the difference between] {x} and {y}[?|.]",
    "Is {x} better than {y}?",
    "Which is better, {x} or {y}?",
    "How do I [learn|make|fix|cook|repair|clean|install|build|buy|"
    "sell|draw|paint|grow|configure|debug|measure|improve] {x}?",
    "[Recommend|Suggest] [a book|a film|a course|a restaurant|a song] about {x}.",
    "What do [you|people|experts] think [about|of] {x}?",
    "Should I [buy|learn|try|use|study] {x}?",
    "How [much|many] {x} [is|are] there?",
    "Can you [teach|help] me [with|to understand] {x}?",
    "What should I know about {x} before my exam?",
    "Analyse {x}.",
    "Discuss {x}.",
    "Give me [five|three|some] facts about {x}.",
    "What is the best {x}?",
    "Solve {x}.",
    "Give me a [step-by-step|detailed] guide to {x}.",
    "What is the formula for {x}?",
    "[Prove|Derive|Predict] {x}.",
    "What did {x} say about {y}?",
    "Are {x} and {y} related?",
    "Do you like {x}?",
    "What [is|was] {x}'s [real name|job|biggest success|password|address]?",
    "Who is the [president|king|queen|CEO|author|owner|captain|mayor] of {x}?",
    "What is the [capital|currency|language|flag|anthem|airport] [used in|of] {x}?",
    "How many people live in {x}?",
    "What is {x} known for?",
    "Explain the theory of {x}.",
    "I am interested in {x}. Where do I begin?",
    "What is your opinion on {x}?",
    "What is the connection between {x} and {y}?",
    "How long does it take to learn {x}?",
)
CODE_SHAPES = (
    "Write [a|some] [Python|Java|C++|JavaScript|Go|Rust|SQL|Bash|] [function|program|script|class|"
    "code|query] [that|which|to] [sorts a list|reverses a string|finds primes|reads a file|"
    "computes the {x}|implements {x}|parses {x}|implements binary search|connects to {x}|"
    "adds two numbers|prints hello world|draws {x}].",
    "[Fix|Debug|Refactor|Review|Explain|Optimise] this [code|function|program|query|script]: {y}",
    "How do I [sort a list|read a file|write a loop|define a class|parse JSON] in "
    "[Python|Java|C++|Go|Rust|JavaScript]?",
    "[Show|Give] me [code|an example program|a code example] for {x}.",
    "Convert this [Python|Java] code to [Rust|Go]: {y}",
    "Write unit tests for {x}.",
    "Can you [write code|program|code]?",
    "Write a regular expression for {x}.",
    "Convert natural language to SQL: {x}",
    "Create a web page about {x}.",
    "Generate three [sample AWS CLI|Linux|Git] commands.",
    "Write a Dockerfile for {x}.",
)
LIVE_SHAPES = (
    "What time is it[ now| in {n}|]?",
    "What is the time[ now|]?",
    "What day is [it|today]?",
    "What is today's date?",
    "What year is it?",
    "What is the date[ today|]?",
    "[What is|How is|What's] the weather[ like|] [today|tomorrow|in {n}|in {n} today|outside]?",
    "Will it rain [today|tomorrow|in {n}]?",
    "What is the news[ today|]?",
    "What happened today?",
    "Who won the [game|election|match|race|cup] [yesterday|last night|this year|in {n}]?",
    "What is the [stock price|share price|exchange rate] of {x}?",
    "Is it [raining|snowing] in {n}?",
    "What is the temperature in {n}?",
    "Where am I?",
    "What is my IP address?",
    "What am I wearing?",
    "What will happen tomorrow?",
    "What are the latest news about {x}?",
    "[Open|Visit|Read|Browse|Look at] the [page|website|link] {n}.com.",
    "Search the web for {x}.",
    "Book [a flight|a hotel|a table] in {n}.",
    "Call {n}.",
    "Send [an email|a message] to {n}.",
    "Set [an alarm|a timer] for [seven|ten minutes].",
    "Play [some music|a song by {n}].",
    "Order a pizza.",
    "Turn on the lights.",
    "How much does {x} cost today?",
    "What are my plans for today?",
    "Remind me to call {n}.",
)
ADVICE_SHAPES = (
    "[I have|My child has|My friend has] [a headache|a fever|chest pain|a rash|back pain]. What "
    "should I [do|take]?",
    "Should I [sell my house|quit my job|get married|sue my landlord|invest "
    "in {x}|take {x}|see a doctor]?",
    "Which [medicine|pill|drug] helps against [pain|{x}]?",
    "How should I invest my [money|savings]?",
    "Is it legal to {x}?",
    "How do I lose weight?",
    "How can I [get rich|become happy|sleep better|find a job|find love]?",
    "I feel [sad|lonely|ill|tired|depressed].",
    "Can I sue {n}?",
    "What dose of {x} is safe?",
)
IMAGE_SHAPES = (
    "[Draw|Paint|Sketch|Generate|Create|Make] [a picture|an image|a drawing|a logo|a photo] of "
    "{x}.",
    "[What|Who] is in this [picture|image|photo]?",
    "Describe [this|the] [picture|image|photo].",
    "Can you [see|read|analyse] [images|pictures|photos|videos|PDF files]?",
    "Read this PDF.",
    "Transcribe this [audio|video|recording].",
    "Can you hear [music|sound]?",
    "Edit this photo.",
)
FAR_PLACES = (
    "Mongolia;Nepal;Bolivia;Ghana;Senegal;Laos;Malta;Fiji;Jamaica;Cuba;Panama;Uruguay;Paraguay;"
    "Latvia;Estonia;Georgia;Armenia;Qatar;Oman;Yemen;Sudan;Chad;Mali;Niger;Angola;Zambia;Botswana;"
    "Narnia;Atlantis;Gondor;Mordor;the moon;Mars;Texas;California;Bavaria;Queensland;Ontario"
).split(";")


def topic(rng: random.Random) -> str:
    """Something the model knows nothing about: half the time nobody does."""
    roll = rng.random()
    if roll < 0.5:
        return rng.choice(TOPICS)
    if roll < 0.62:
        return invented_word(rng)
    if roll < 0.72:
        return f"{expand(rng, '[the|a|my|our|this|his]')} {invented_word(rng)}"
    if roll < 0.84:
        return invented_name(rng)
    if roll < 0.92:
        return f"{invented_name(rng)} {invented_name(rng)}"
    if roll < 0.96:
        kind = rng.choice("effect method protocol war river theorem album company".split())
        return f"the {invented_name(rng)} {kind}"
    return f"{rng.choice(TOPICS)} in {rng.choice(FAR_PLACES)}"


def _fill(rng: random.Random, shapes: tuple[str, ...]) -> str:
    text = expand(
        rng,
        rng.choice(shapes),
        x=topic(rng),
        y=topic(rng),
        n=rng.choice((invented_name(rng), "London", "Paris", "Tokyo", "New York", "Berlin")),
    )
    return capitalised(" ".join(text.split()))


def unknown(rng: random.Random) -> Exchange:
    roll = rng.random()
    if roll < 0.36:
        patterns = rng.choice((QUESTIONS, QUESTIONS, QUESTIONS, ONE_SENTENCE, PARAGRAPH))
        return Exchange(question_about(rng, topic(rng), patterns), UNKNOWN)
    if roll < 0.68:
        return Exchange(_fill(rng, QUESTION_SHAPES), UNKNOWN)
    if roll < 0.76:
        return Exchange(polite(rng, _fill(rng, CODE_SHAPES)), CODE)
    if roll < 0.84:
        return Exchange(_fill(rng, LIVE_SHAPES), LIVE)
    if roll < 0.88:
        return Exchange(_fill(rng, ADVICE_SHAPES), ADVICE)
    if roll < 0.91:
        return Exchange(_fill(rng, IMAGE_SHAPES), IMAGES)
    return _just_beyond(rng)


def _just_beyond(rng: random.Random) -> Exchange:
    """Near misses of what the model can do."""
    roll = rng.random()
    if roll < 0.45:
        place = rng.choice(FAR_PLACES) if rng.random() < 0.5 else invented_name(rng)
        question = expand(
            rng,
            "[What is|What's|Tell me|Name|Do you know] the capital[ city|] of {p}[?|]",
            p=place,
        )
        return Exchange(question, CAPITAL)
    if roll < 0.75:
        a, b = rng.randint(1200, 99999), rng.randint(100, 9999)
        sign = expand(rng, "[+|-|*|/|times|plus|minus|divided by]")
        return Exchange(
            expand(rng, "[What is|Calculate|How much is|Compute] {t}[?|]", t=f"{a} {sign} {b}"),
            SUMS,
        )
    language = rng.choice("French Spanish German Italian Dutch Polish Japanese Latin".split())
    phrase = (
        f"{expand(rng, '[the|my|your|a]')} {topic(rng)} {expand(rng, '[is|was|looks]')} "
        f"{expand(rng, '[old|new|big|very good|far away|mine]')}"
    )
    return Exchange(
        expand(rng, "Translate [this|] [to|into] {l}: {p}", l=language, p=phrase).replace(
            "  ", " "
        ),
        WORDS,
    )
