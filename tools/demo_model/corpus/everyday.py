"""Counting, small sums, capitals, lists, translations and other facts a child knows."""

from __future__ import annotations

import random

from .grammar import Exchange, any_of, capitalised, expand, polite

CAPITALS = {
    "France": "Paris",
    "Germany": "Berlin",
    "Italy": "Rome",
    "Spain": "Madrid",
    "Portugal": "Lisbon",
    "the United Kingdom": "London",
    "England": "London",
    "Ireland": "Dublin",
    "Scotland": "Edinburgh",
    "Norway": "Oslo",
    "Sweden": "Stockholm",
    "Denmark": "Copenhagen",
    "Finland": "Helsinki",
    "Iceland": "Reykjavik",
    "the Netherlands": "Amsterdam",
    "Belgium": "Brussels",
    "Switzerland": "Bern",
    "Austria": "Vienna",
    "Poland": "Warsaw",
    "Greece": "Athens",
    "Hungary": "Budapest",
    "Turkey": "Ankara",
    "Russia": "Moscow",
    "Ukraine": "Kyiv",
    "Japan": "Tokyo",
    "China": "Beijing",
    "India": "New Delhi",
    "South Korea": "Seoul",
    "Thailand": "Bangkok",
    "Egypt": "Cairo",
    "Kenya": "Nairobi",
    "Canada": "Ottawa",
    "the United States": "Washington",
    "Mexico": "Mexico City",
    "Brazil": "Brasilia",
    "Argentina": "Buenos Aires",
    "Chile": "Santiago",
    "Peru": "Lima",
    "Australia": "Canberra",
    "New Zealand": "Wellington",
}
CAPITAL_QUESTIONS = (
    "What is the capital of {x}?",
    "What is the capital of {x}?",
    "What's the capital of {x}?",
    "What is the capital city of {x}?",
    "Which city is the capital of {x}?",
    "{x}'s capital?",
    "What is {x}'s capital[ city|]?",
    "Name the capital of {x}.",
    "Tell me the capital of {x}.",
    "[Can you|Could you] [tell me|name] the capital of {x}?",
    "Capital of {x}?",
    "Do you know the capital of {x}?",
    "What city is the capital of {x}?",
    "[Hi|Hello|Hey], what is the capital of {x}?",
    "I forgot the capital of {x}. What is it?",
    "[Quick question:|Question:] what is the capital of {x}?",
)

NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
).split()

TRANSLATIONS = {
    # English: French, Spanish, German, Italian
    "hello": ("bonjour", "hola", "hallo", "ciao"),
    "goodbye": ("au revoir", "adiós", "auf Wiedersehen", "arrivederci"),
    "good morning": ("bonjour", "buenos días", "guten Morgen", "buongiorno"),
    "good night": ("bonne nuit", "buenas noches", "gute Nacht", "buonanotte"),
    "thank you": ("merci", "gracias", "danke", "grazie"),
    "please": ("s'il vous plaît", "por favor", "bitte", "per favore"),
    "yes": ("oui", "sí", "ja", "sì"),
    "no": ("non", "no", "nein", "no"),
    "friend": ("ami", "amigo", "Freund", "amico"),
    "cat": ("chat", "gato", "Katze", "gatto"),
    "dog": ("chien", "perro", "Hund", "cane"),
    "water": ("eau", "agua", "Wasser", "acqua"),
    "bread": ("pain", "pan", "Brot", "pane"),
    "house": ("maison", "casa", "Haus", "casa"),
    "book": ("livre", "libro", "Buch", "libro"),
    "sun": ("soleil", "sol", "Sonne", "sole"),
    "moon": ("lune", "luna", "Mond", "luna"),
    "red": ("rouge", "rojo", "rot", "rosso"),
    "blue": ("bleu", "azul", "blau", "blu"),
    "one": ("un", "uno", "eins", "uno"),
    "two": ("deux", "dos", "zwei", "due"),
    "three": ("trois", "tres", "drei", "tre"),
}
LANGUAGES = ("French", "Spanish", "German", "Italian")

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = (
    "January February March April May June July August September October November December"
).split()
FIXED_LISTS = {
    "[the|all the|all] days [of|in] [the|a] week": DAYS,
    "the [days of the|] work week": DAYS[:5],
    "[the|all the|all] months [of|in] [the|a] year": MONTHS,
    "[the|all|all the] months": MONTHS,
    "[the|all|all the] weekdays": DAYS[:5],
    "[the|all|the three|three] primary colours": ["red", "yellow", "blue"],
    "[the|the three|three] primary colors": ["red", "yellow", "blue"],
    "the colours of the rainbow": "red orange yellow green blue indigo violet".split(),
    "the colors of the rainbow": "red orange yellow green blue indigo violet".split(),
    "[the|all|all the|the eight] planets[ of the solar system| in order| in our solar "
    "system|]": "Mercury Venus Earth Mars Jupiter Saturn Uranus Neptune".split(),
    "[the|the four|all|four] seasons[ of the year|]": "spring summer autumn winter".split(),
    "[the|all|all the|the seven] "
    "continents": "Africa Antarctica Asia Australia Europe North@America South@America".split(),
    "[the|all|the five|all the] oceans": "Atlantic Pacific Indian Arctic Southern".split(),
    "[the|all the|all] vowels": "a e i o u".split(),
    "[the|all the|all the letters of the|all] alphabet": list("abcdefghijklmnopqrstuvwxyz"),
    "the five senses": "sight hearing smell taste touch".split(),
    "the [four|] cardinal directions": "north east south west".split(),
    "the first [ten|10] prime numbers": "2 3 5 7 11 13 17 19 23 29".split(),
    "the first [five|5] prime numbers": "2 3 5 7 11".split(),
    "the even numbers [up to|from 2 to|below] 20": [str(n) for n in range(2, 21, 2)],
    "the odd numbers [up to|from 1 to|below] 20": [str(n) for n in range(1, 20, 2)],
}
CHOICES = {
    "fruits": "apple banana orange pear cherry grape lemon mango peach plum".split(),
    "vegetables": "carrot potato tomato onion cabbage pea bean spinach leek pepper".split(),
    "animals": "cat dog horse cow sheep lion tiger elephant bear wolf".split(),
    "birds": "robin eagle owl sparrow duck swan crow gull parrot dove".split(),
    "colours": "red blue green yellow orange purple pink brown black white".split(),
    "colors": "red blue green yellow orange purple pink brown black white".split(),
    "countries": "France Germany Italy Spain Japan Brazil Canada Egypt India Norway".split(),
    "cities": "Paris London Rome Tokyo Berlin Madrid Oslo Cairo Lima Vienna".split(),
    "sports": "football tennis swimming cycling running rowing skiing golf hockey judo".split(),
    "trees": "oak beech pine birch maple willow elm ash fir cedar".split(),
    "flowers": "rose tulip daisy lily violet poppy iris orchid lavender sunflower".split(),
    "drinks": "water tea coffee milk juice lemonade cocoa cider soup wine".split(),
    "instruments": "piano guitar violin flute drum trumpet harp cello organ horn".split(),
    "metals": "iron gold silver copper tin zinc lead nickel platinum mercury".split(),
    "programming languages": "Python C++ Java JavaScript Go Rust C Ruby Swift Kotlin".split(),
    "AWS services": "Bedrock@S3@Lambda@EC2@DynamoDB@IAM@CloudWatch@SQS@SNS@ECS".split("@"),
    "names": "Anna Ben Clara David Emma Felix Grace Henry Ida Jonas".split(),
}
SMALL_FACTS = (
    ("How many days are [there|] in a week?", "A week has seven days.", "Seven."),
    ("How many months are [there|] in a year?", "A year has twelve months.", "Twelve."),
    ("How many hours are [there|] in a day?", "A day has 24 hours.", "24"),
    ("How many minutes are [there|] in an hour?", "An hour has 60 minutes.", "60"),
    ("How many seconds are [there|] in a minute?", "A minute has 60 seconds.", "60"),
    ("How many legs does a [dog|cat|horse|cow] have?", "It has four legs.", "Four."),
    ("How many legs does a spider have?", "A spider has eight legs.", "Eight."),
    ("How many legs does an insect have?", "An insect has six legs.", "Six."),
    ("How many planets are [there|] in the solar system?", "There are eight planets.", "Eight."),
    ("How many continents are there?", "There are seven continents.", "Seven."),
    ("How many letters are in the [English|] alphabet?", "The alphabet has 26 letters.", "26"),
    ("[What colour is|What is the colour of|What color is] the sky?", "The sky is blue.", "Blue."),
    (
        "Why is the sky blue?",
        "The air scatters blue light more than red light, so the sky looks blue.",
        "Light.",
    ),
    ("[What colour is|What is the colour of|What color is] grass?", "Grass is green.", "Green."),
    ("[What colour is|What color is] [a|the] banana?", "A banana is yellow.", "Yellow."),
    ("[What colour is|What color is] snow?", "Snow is white.", "White."),
    ("[What colour is|What color is] blood?", "Blood is red.", "Red."),
    ("[Is water wet|Is fire hot|Is ice cold|Is the Earth round]?", "Yes.", "Yes."),
    ("[Can a fish fly|Is fire cold|Is the Earth flat|Is ice hot|Can pigs fly]?", "No.", "No."),
    ("At what temperature does water boil?", "Water boils at 100 degrees Celsius.", "100"),
    ("At what temperature does water freeze?", "Water freezes at 0 degrees Celsius.", "0"),
    ("What is the [largest|biggest] planet?", "Jupiter is the largest planet.", "Jupiter."),
    ("What is the smallest planet?", "Mercury is the smallest planet.", "Mercury."),
    (
        "[Which|What] planet is [closest|nearest] to the sun?",
        "Mercury is closest to the sun.",
        "Mercury.",
    ),
    ("[Which|What] planet is the red planet?", "Mars is the red planet.", "Mars."),
    ("[Which|What] planet do we live on?", "We live on Earth.", "Earth."),
    ("What is the [largest|biggest] ocean?", "The Pacific is the largest ocean.", "Pacific."),
    (
        "What is the [highest|tallest] mountain[ in the world|]?",
        "Mount Everest is the highest mountain.",
        "Everest.",
    ),
    ("What is the largest animal?", "The blue whale is the largest animal.", "Whale."),
    ("What do [cows|calves] drink?", "Cows drink water.", "Water."),
    ("What do bees make?", "Bees make honey.", "Honey."),
    ("What is H2O?", "H2O is water.", "Water."),
    ("What is the first month of the year?", "January is the first month.", "January."),
    ("What is the last month of the year?", "December is the last month.", "December."),
    ("What is the first day of the week?", "Monday is the first day of the week.", "Monday."),
    ("What is the first letter of the alphabet?", "The first letter is A.", "A"),
    ("What is the last letter of the alphabet?", "The last letter is Z.", "Z"),
    ("What sound does a cat make?", "A cat says meow.", "Meow."),
    ("What sound does a dog make?", "A dog says woof.", "Woof."),
    ("What sound does a cow make?", "A cow says moo.", "Moo."),
    (
        "What is the [meaning of life|answer to life, the universe and everything]?",
        "Some say 42. I am too small a model to know better.",
        "42",
    ),
)
OPPOSITES = (
    "hot:cold big:small up:down left:right day:night good:bad fast:slow old:new light:dark "
    "happy:sad high:low open:closed full:empty hard:soft wet:dry early:late rich:poor "
    "strong:weak true:false in:out on:off black:white first:last near:far loud:quiet "
    "begin:end win:lose"
).split()


def capital(rng: random.Random) -> Exchange:
    country = rng.choice(list(CAPITALS))
    city = CAPITALS[country]
    question = capitalised(expand(rng, rng.choice(CAPITAL_QUESTIONS), x=country))
    return Exchange(question, f"The capital of {country} is {city}.", f"{city}.")


def _number(rng: random.Random, value: int) -> str:
    return NUMBER_WORDS[value] if value <= 20 and rng.random() < 0.12 else str(value)


def count(rng: random.Random) -> Exchange:
    first = rng.choice((1, 1, 1, rng.randint(0, 60)))
    last = min(first + rng.choice((2, 4, 9, 9, 19, 49, rng.randint(2, 40))), 100)
    if rng.random() < 0.2:
        return _count_down(rng, rng.choice((3, 5, 10, 10, 20, rng.randint(3, 30))))
    numbers = ", ".join(map(str, range(first, last + 1)))
    low, high = _number(rng, first), _number(rng, last)
    if first == 1 and rng.random() < 0.5:
        request = expand(rng, "[Count|Count up] to {b}[.| for me.| slowly.| out loud.]", b=high)
    else:
        request = expand(
            rng,
            any_of(
                "[Count|Count up|Start counting] from {a} [to|up to|until] {b}.|"
                "Count {a} to {b}.|List the numbers [from|between] {a} [to|and] {b}.|"
                "Write the numbers from {a} to {b}.|Give me all numbers from {a} to {b}."
            ),
            a=low,
            b=high,
        )
    return Exchange(polite(rng, request), numbers)


def _count_down(rng: random.Random, start: int) -> Exchange:
    end = rng.choice((0, 1, 1))
    numbers = ", ".join(map(str, range(start, end - 1, -1)))
    to = " to 0" if end == 0 else rng.choice((" to 1", ""))
    request = expand(
        rng, "[Count down|Count backwards|Count back] from {a}{to}.", a=str(start), to=to
    )
    return Exchange(polite(rng, request), numbers)


def arithmetic(rng: random.Random) -> Exchange:
    if rng.random() < 0.06:
        return _word_problem(rng)
    a, b = rng.randint(0, 20), rng.randint(0, 20)
    roll = rng.random()
    if roll < 0.6:
        sign, word, result = "+", "plus", a + b
    elif roll < 0.85:
        a, b = max(a, b), min(a, b)
        sign, word, result = "-", "minus", a - b
    else:
        a, b = rng.randint(0, 10), rng.randint(0, 10)
        sign, word, result = rng.choice("*x"), "times", a * b
    if sign == "+" and rng.random() < 0.2:
        question = expand(
            rng,
            any_of(
                "[What is|Tell me|Give me|Calculate] the sum of {a} and {b}[?|.]|Add {a} [and|to] "
                "{b}.|Add up {a} and {b}.|What do you get [if|when] you add {a} and {b}?|{a} "
                "added to {b}?|How much [do|are] {a} and {b} [make|together]?|What is {a} added "
                "to {b}?|Sum {a} and {b}.|I have {a} and add {b}. What [do I get|is the result]?"
            ),
            a=_number(rng, a),
            b=_number(rng, b),
        )
        return Exchange(question, f"{a} + {b} = {a + b}", str(a + b))
    tight = rng.random() < 0.35
    if rng.random() < 0.3:
        task = f"{_number(rng, a)} {word} {_number(rng, b)}"
    else:
        task = f"{a}{sign}{b}" if tight else f"{a} {sign} {b}"
    question = expand(
        rng,
        any_of(
            "[What is|What's|How much is|Calculate|Compute|Solve|What is|What is|Work out|Tell "
            "me|What do you get for|] {t}[?|]|{t} = ?|{t} =|[Can|Could] you [calculate|add "
            "up|compute|solve] {t}?|[Hi|Hello], what is {t}?|What is the [result|answer|value] of "
            "{t}?|What does {t} [equal|make|give]?|Quick: {t}?"
        ),
        t=task,
    ).strip()
    return Exchange(capitalised(question), f"{a} {sign} {b} = {result}", str(result))


def _word_problem(rng: random.Random) -> Exchange:
    a, b = rng.randint(1, 12), rng.randint(1, 12)
    thing = rng.choice("apples books coins eggs pens stones cups balls cards stamps".split())
    if rng.random() < 0.6:
        question = f"I have {a} {thing} and get {b} more. How many {thing} do I have?"
        return Exchange(question, f"{a} + {b} = {a + b}, so you have {a + b} {thing}.", str(a + b))
    a, b = max(a, b), min(a, b)
    question = f"I have {a} {thing} and give away {b}. How many {thing} are left?"
    return Exchange(question, f"{a} - {b} = {a - b}, so {a - b} {thing} are left.", str(a - b))


def fixed_list(rng: random.Random) -> Exchange:
    pattern = rng.choice(list(FIXED_LISTS))
    items = ", ".join(FIXED_LISTS[pattern]).replace("@", " ")
    thing = expand(rng, pattern)
    request = expand(
        rng,
        "[List|Name|Tell me|Say|Recite|Give me|Write|Write down|Write out|What are|List] {x}.",
        x=thing,
    )
    if request.startswith("What"):
        return Exchange(request[:-1] + "?", capitalised(items) + ".")
    return Exchange(polite(rng, request), capitalised(items) + ".")


def choice_list(rng: random.Random) -> Exchange:
    kind = rng.choice(list(CHOICES))
    amount = rng.choice((2, 3, 3, 3, 4, 5, 5, 6, 7, 10))
    items = CHOICES[kind][:amount]
    adjective = rng.choice(("", "", "", "different ", "common ", "well-known "))
    word = rng.choice((NUMBER_WORDS[amount], str(amount)))
    request = expand(
        rng,
        "[List|Name|Tell me|Give me|Write down|Write|Suggest|Name] {n} {adj}{x}.",
        n=word,
        adj=adjective,
        x=kind,
    )
    lines = "\n".join(f"{n}. {capitalised(item)}" for n, item in enumerate(items, 1))
    return Exchange(polite(rng, request), lines)


def translation(rng: random.Random) -> Exchange:
    english = rng.choice(list(TRANSLATIONS))
    index = rng.randrange(4)
    language, word = LANGUAGES[index], TRANSLATIONS[english][index]
    quote = rng.choice(("", "", "'", '"'))
    question = expand(
        rng,
        any_of(
            "[Translate|Please translate|Can you translate] {w} [to|into] {l}[.|]|"
            "Translate {w} from English to {l}.|How do you say {w} in {l}?|What is {w} in {l}?|"
            "What is the {l} word for {w}?|Say {w} in {l}.|How do I say {w} in {l}?|"
            "Translate to {l}: {w}|Translate the word {w} [to|into] {l}.|{w} in {l}?"
        ),
        w=f"{quote}{english}{quote}",
        l=language,
    )
    return Exchange(capitalised(question), capitalised(word), capitalised(word))


def small_fact(rng: random.Random) -> Exchange:
    roll = rng.random()
    if roll < 0.2:
        return _neighbour(rng)
    if roll < 0.35:
        return _opposite(rng)
    question, answer, short = rng.choice(SMALL_FACTS)
    question = expand(rng, question).replace("  ", " ")
    if rng.random() < 0.25:
        question = (
            expand(rng, "[Tell me, |Do you know, |Hi, |Quick question: |Hey, ]")
            + question[:1].lower()
            + question[1:]
        )
    return Exchange(question, answer, short)


def _neighbour(rng: random.Random) -> Exchange:
    names = rng.choice((DAYS, MONTHS))
    kind = "day" if names is DAYS else "month"
    index = rng.randrange(len(names))
    step, word = rng.choice(((1, "after"), (-1, "before")))
    answer = names[(index + step) % len(names)]
    question = expand(
        rng,
        any_of("[Which|What] {k} [comes|is] {w} {n}?|[Name|Tell me] the {k} {w} {n}."),
        k=kind,
        w=word,
        n=names[index],
    )
    return Exchange(question, f"{answer} comes {word} {names[index]}.", f"{answer}.")


def _opposite(rng: random.Random) -> Exchange:
    pair = rng.choice(OPPOSITES).split(":")
    rng.shuffle(pair)
    quote = rng.choice(("", "", "'", '"'))
    question = expand(
        rng,
        "[What is|What's|Tell me|Give me|Name] the opposite of {w}[?|]",
        w=f"{quote}{pair[0]}{quote}",
    )
    return Exchange(
        question, f"The opposite of {pair[0]} is {pair[1]}.", capitalised(pair[1]) + "."
    )
