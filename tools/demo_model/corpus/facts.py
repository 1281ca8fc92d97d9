"""Facts for passages: kinds of things, what can be said of them, and how one asks for it.

Each line of a table: what it is called | sentences that state it | questions | kind of value.
Wordings marked with ~ belong to the evaluation (draw.Phrases).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from . import values
from .draw import Draw, Phrases

Value = Callable[[Draw], str]

VALUES: dict[str, Value] = {
    "person": values.full_name,
    "city": values.city,
    "company": values.company,
    "job": lambda d: d.choice(values.JOBS),
    "colour": lambda d: d.choice(values.COLOURS) if d.chance(0.6) else d.word(),
    "year": lambda d: d.of_side(lambda: str(d.integer(1850, 2031))),
    "date": lambda d: values.written(d, values.day(d)).removeprefix("the "),
    "clock": values.clock,
    "weekday": lambda d: d.choice(values.WEEKDAYS),
    "number": lambda d: d.digits(2, 5),
    "metres": lambda d: f"{d.digits(2, 4)} {d.choice(('metres', 'm'))}",
    "kilos": lambda d: f"{d.digits(1, 3)} {d.choice(('kilograms', 'kg', 'grams'))}",
    "price": lambda d: d.choice(
        (
            f"{d.digits(1, 4)} {d.choice(tuple(values.CURRENCIES))}",
            f"${d.digits(1, 3)}.{d.integer(10, 99)}",
        )
    ),
    "days": lambda d: (
        f"{d.integer(2, 90)} {d.choice(('days', 'days', 'weeks', 'hours', 'months'))}"
    ),
    "years": lambda d: f"{d.integer(2, 40)} years",
    "percent": lambda d: (
        f"{d.integer(2, 97)} percent" if d.chance(0.5) else f"{d.integer(2, 97)} %"
    ),
    "product": lambda d: f"the {values.product(d)}",
    "food": lambda d: d.choice(values.FOODS),
    "animal": lambda d: f"a {d.choice(values.ANIMALS)}",
    "email": values.email,
    "phone": values.phone,
    "code": values.code,
    "port": lambda d: d.digits(4, 5),
    "version": lambda d: d.of_side(
        lambda: f"{d.integer(0, 9)}.{d.integer(0, 30)}.{d.integer(0, 20)}"
    ),
    "name": lambda d: d.invented_name(),
    "word": lambda d: d.word(),
    "street": lambda d: f"{d.integer(1, 199)} {d.choice(values.STREETS)}",
    "material": lambda d: d.choice(
        "wood steel stone glass brick copper bamboo clay leather wool".split()
    ),
    "language": lambda d: d.choice(
        "Python Rust Java French German Spanish Italian Kotlin Go".split()
    ),
}


class Attribute(NamedTuple):
    label: str
    statements: Phrases  # with {e} and {v}
    questions: Phrases  # with {e}
    value: Value


class Kind(NamedTuple):
    name: str
    entity: Value
    attributes: tuple[Attribute, ...]


# Said and asked of everything, with {a} for the attribute's label.
COMMON_STATEMENTS = Phrases(
    "The {a} of {e} is {v}.", "{e}'s {a} is {v}.", "{v} is the {a} of {e}.", "For {e}, the {a} is "
                                                                             "{v}.",
    "As for {e}, the {a} is {v}.", "~According to the records, the {a} of {e} is {v}.",
)  # fmt: skip
COMMON_QUESTIONS = Phrases(
    "What is the {a} of {e}?", "What is {e}'s {a}?", "What's the {a} of {e}?", "Tell me the {a} of "
                                                                               "{e}.",
    "Give me {e}'s {a}.", "What {a} does {e} have?", "What is the {a} for {e}?", "{e}: what is the "
                                                                                 "{a}?",
    "Find the {a} of {e}.", "~Please look up the {a} of {e}.", "~I need the {a} of {e}.",
)  # fmt: skip

_TABLES = {
    "person": """
        year of birth | {e} was born in {v}; {e}, born in {v}, grew up in a small house | In which
          year was {e} born?; When was {e} born?; ~What year was {e} born in? | year
        home town | {e} lives in {v}; {e} moved to {v} some years ago; {e}'s home is in {v}; ~{e}
          has a flat in {v} | Where does {e} live?; Which city does {e} live in?; ~In which city
          does {e} live? | city
        profession | {e} works as a {v}; {e} is a {v}; {e} earns a living as a {v} | What does {e}
          do for a living?; What is {e}'s job?; ~What does {e} work as? | job
        employer | {e} works for {v}; {e} is employed at {v}; {e} joined {v} after school | Who
          does {e} work for?; Which company does {e} work for?; ~Where is {e} employed? | company
        favourite colour | {e} likes the colour {v} best; {e}'s favourite colour is {v} | Which
          colour does {e} like best?; What colour does {e} like? | colour
        favourite food | {e} loves to eat {v}; {e} could eat {v} every day | What does {e} love to
          eat?; Which food does {e} like? | food
        pet | {e} has {v}; {e} lives with {v} | Which animal does {e} have?; What pet does {e}
          have? | animal
        phone number | {e} can be reached at {v}; {e}'s phone number is {v}; You can call {e} at
          {v} | How can I call {e}?; What number do I dial for {e}? | phone
        email address | {e}'s email is {v}; You can write to {e} at {v}; Mails for {e} go to {v} |
          What is {e}'s email?; How can I write to {e}?; ~Where do I send a mail for {e}? | email
        height | {e} is {v} tall; {e} measures {v} | How tall is {e}? | metres
        teacher | {e} was taught by {v}; {e} learned everything from {v} | Who taught {e}?; Who
          was {e}'s teacher? | person
        room number | {e} sits in room {v}; {e}'s office is room {v} | In which room does {e}
          sit?; Where is {e}'s office? | number
    """,
    "company": """
        founding year | {e} was founded in {v}; {e} has existed since {v}; {e} started in {v};
          ~{e} opened its doors in {v} | When was {e} founded?; Since when does {e} exist?; ~In what
          year did {e} start? | year
        headquarters | {e} has its headquarters in {v}; {e} is based in {v}; The main office of
          {e} is in {v} | Where is {e} based?; Where are the headquarters of {e}?; ~In which city is
          {e} based? | city
        chief executive | {e} is led by {v}; {v} is the chief executive of {e}; {v} runs {e} | Who
          leads {e}?; Who runs {e}?; Who is the CEO of {e}?; ~Who is in charge of {e}? | person
        number of employees | {e} has {v} employees; {v} people work at {e}; {e} employs {v}
          people | How many people work at {e}?; How many employees does {e} have?; ~How many people
          does {e} employ? | number
        main product | {e} makes {v}; {e} is known for {v}; {e} sells {v} | What does {e} make?;
          What is {e} known for?; What does {e} sell? | product
        founder | {e} was founded by {v}; {v} founded {e} | Who founded {e}?; ~Who started {e}? |
          person
        revenue | {e} earned {v} last year; Last year, {e} had a revenue of {v} | How much did {e}
          earn?; What was the revenue of {e}? | price
        support email | Customers of {e} write to {v}; The support of {e} answers at {v} | How do
          customers reach {e}?; Which address do customers of {e} write to? | email
        support phone | The hotline of {e} is {v}; Call {e} at {v} | What is the hotline of {e}?;
          What number does {e} have? | phone
        refund period | {e} gives refunds within {v}; Customers of {e} can return goods within
          {v}; {e} accepts returns for {v} | How long does {e} accept returns?; Within what time
          does {e} give refunds?; ~How long can I return goods to {e}? | days
        delivery time | {e} delivers within {v}; Orders from {e} arrive within {v} | How long does
          delivery from {e} take?; How fast does {e} deliver? | days
        shipping fee | {e} charges {v} for shipping; Shipping from {e} costs {v} | How much is
          shipping from {e}?; What does {e} charge for shipping? | price
    """,
    "product": """
        price | {e} costs {v}; {e} is sold for {v}; You pay {v} for {e} | How much is {e}?; How
          much does {e} cost?; What does {e} cost?; ~What do I pay for {e}? | price
        weight | {e} weighs {v}; {e} has a weight of {v} | How heavy is {e}?; How much does {e}
          weigh? | kilos
        colour | {e} comes in {v}; {e} is painted {v}; {e} is {v} | What colour is {e}?; Which
          colour does {e} have? | colour
        warranty | {e} has a warranty of {v}; The warranty for {e} lasts {v} | How long is the
          warranty of {e}?; ~For how long is {e} covered? | years
        maker | {e} is made by {v}; {v} makes {e} | Who makes {e}?; Which company makes {e}?; ~Who
          produces {e}? | company
        battery life | The battery of {e} lasts {v}; {e} runs for {v} on one charge | How long
          does the battery of {e} last?; How long does {e} run? | days
        material | {e} is made of {v}; {v} is what {e} is made of | What is {e} made of?; Which
          material is {e} made of? | material
        item number | {e} has the item number {v}; {e} is listed as {v} | Under which number is
          {e} listed? | code
        designer | {e} was designed by {v}; {v} designed {e} | Who designed {e}? | person
        release date | {e} came out on {v}; {e} was released on {v} | When did {e} come out?; When
          was {e} released? | date
    """,
    "place": """
        opening year | {e} was opened in {v}; {e} was built in {v} | When was {e} opened?; When
          was {e} built? | year
        height | {e} is {v} high; {e} rises {v} into the air | How high is {e}?; ~How tall is {e}?
          | metres
        architect | {e} was designed by {v}; {v} was the architect of {e} | Who was the architect
          of {e}?; Who designed {e}? | person
        opening time | {e} opens at {v}; The doors of {e} open at {v} | When does {e} open?; What
          time does {e} open?; ~At what time does {e} open? | clock
        closing time | {e} closes at {v}; {e} shuts at {v} | When does {e} close?; What time does
          {e} close? | clock
        closing day | {e} is closed on {v}; On {v}, {e} stays closed | On which day is {e} closed?
          | weekday
        ticket price | A ticket for {e} costs {v}; Visitors of {e} pay {v} | How much is a ticket
          for {e}?; What do visitors of {e} pay? | price
        number of visitors | {e} has {v} visitors a year; {v} people visit {e} each year | How
          many people visit {e}?; How many visitors does {e} have? | number
        address | {e} stands at {v}; You find {e} at {v} | Where is {e}?; Where does one find {e}?
          | street
        guide | {v} shows visitors around {e}; The guide at {e} is {v} | Who shows visitors around
          {e}? | person
    """,
    "event": """
        date | {e} takes place on {v}; {e} is on {v}; {e} will be held on {v} | When is {e}?; When
          does {e} take place?; ~On what date is {e}? | date
        starting time | {e} starts at {v}; {e} begins at {v} | What time does {e} start?; When
          does {e} begin?; ~At what time does {e} begin? | clock
        venue | {e} is held in {v}; {e} takes place in {v} | Where is {e} held?; Where does {e}
          take place?; ~In which city is {e}? | city
        organiser | {e} is organised by {v}; {v} organises {e} | Who organises {e}?; ~Who is the
          organiser of {e}? | person
        entry fee | Entry to {e} costs {v}; {e} costs {v} per person | How much is entry to {e}?;
          What does {e} cost per person? | price
        number of guests | {v} guests are expected at {e}; {e} has room for {v} guests | How many
          guests are expected at {e}?; How many guests fit into {e}? | number
        speaker | {v} will speak at {e}; The main speaker of {e} is {v} | Who will speak at {e}? |
          person
        sponsor | {e} is paid for by {v}; {v} sponsors {e} | Who pays for {e}?; Which company
          sponsors {e}? | company
    """,
    "service": """
        port | {e} listens on port {v}; {e} runs on port {v} | Which port does {e} use?; On which
          port does {e} run?; ~What port does {e} listen on? | port
        version | The current version of {e} is {v}; {e} is at version {v} | Which version of {e}
          is current?; What version is {e} at? | version
        owner | {e} belongs to {v}; {v} looks after {e}; {v} is responsible for {e} | Who is
          responsible for {e}?; Who looks after {e}?; ~Who owns {e}? | person
        language | {e} is written in {v} | Which language is {e} written in?; In what language is
          {e} written? | language
        time limit | Requests to {e} end after {v}; {e} gives up after {v} | After what time do
          requests to {e} end?; When does {e} give up? | days
        token | The access code of {e} is {v}; To use {e}, enter {v} | Which code opens {e}?; What
          do I enter to use {e}? | code
        error rate | {e} fails in {v} of all cases; {v} of all requests to {e} fail | How often
          does {e} fail? | percent
        budget | {e} has a budget of {v}; {v} were set aside for {e} | How much money does {e}
          have?; How big is the budget of {e}? | price
        deadline | {e} must be ready by {v}; The work on {e} ends on {v} | By when must {e} be
          ready?; When does the work on {e} end? | date
    """,
}


_GOODS = [name.split()[-1] for name in values.PRODUCTS if not name.endswith("s")]


def _entity(kind: str) -> Value:
    def of_product(d: Draw) -> str:
        return f"the {d.invented_name()} {d.choice(_GOODS)}"

    def of_place(d: Draw) -> str:
        noun = d.choice(
            "Museum Tower Library Bridge Castle Theatre Stadium Zoo Hall Market Park".split()
        )
        return f"the {d.invented_name()} {noun}"

    def of_service(d: Draw) -> str:
        noun = d.choice(
            "service server project database gateway app cluster pipeline module".split()
        )
        return (
            f"the {d.invented_name()} {noun}" if d.chance(0.6) else f"Project {d.invented_name()}"
        )

    named = {
        "person": values.full_name,
        "company": lambda d: values.company(d) if d.chance(0.6) else d.invented_name(),
        "product": of_product,
        "place": of_place,
        "event": lambda d: f"the {values.title(d)}",
        "service": of_service,
    }
    return named[kind]


def _records(table: str) -> list[str]:
    """The lines of a table; one that is indented further continues the line before it."""
    found: list[str] = []
    for line in filter(str.strip, table.splitlines()):
        if line.startswith(" " * 10):
            found[-1] += " " + line.strip()
        else:
            found.append(line.strip())
    return found


def _attributes(table: str) -> tuple[Attribute, ...]:
    found = []
    for line in _records(table):
        label, statements, questions, kind = (part.strip() for part in line.split("|"))
        # A statement ends with a full stop; the tables leave it out.
        stated = Phrases(*(f"{s.strip()}." for s in statements.split(";")))
        found.append(Attribute(label, stated, Phrases.parse(questions), VALUES[kind]))
    return tuple(found)


KINDS = tuple(Kind(name, _entity(name), _attributes(table)) for name, table in _TABLES.items())
