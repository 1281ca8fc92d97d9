"""Values that stand in texts, fields and arguments: names, places, dates, amounts, identifiers."""

from __future__ import annotations

from datetime import date, timedelta

from .draw import Draw, capitalised

FIRST_NAMES = (
    "Anna Ben Carla David Elena Felix Grace Hassan Ines Jonas Karim Lena Maria Nina Oscar Paul "
    "Rosa "
    "Samuel Tom Ursula Victor Wendy Yusuf Zoe Alice Bob Charlie Emma Frank Julia Kevin Laura Mike "
    "Olivia Peter Sarah John James Linda Susan Mark Chris Amir Mei Yuki Ravi Priya Ivan Olga "
    "Daniel "
    "Sofia Lucas Marta Hugo Clara Noah Mia Liam Eva Adam Nora Leo Ruth Simon Helen Martin Irene "
    "George Fatima Omar Layla Ali Aisha Chen Wei Ling Kenji Hana Arjun Anita Diego Lucia Pablo "
    "Carmen "
    "Pierre Claire Louis Jean Marie Erik Ingrid Lars Astrid Stefan Petra Tomas Jana Milan Vera "
    "Boris "
    "Dmitri Katya Andrei Elif Mehmet Ayse Kofi Ama Kwame Zara Tariq Salma Rajesh Deepa Sanjay "
    "Meera "
    "Patrick Sean Fiona Brian Megan Gareth Rhys Duncan Isla Ewan Robert Nancy Walter Edith Arthur "
    "Rebecca Joshua Hannah Nathan Leah Aaron Esther Philip Diana Gloria Henry Judith Ralph Sylvia"
).split()
LAST_NAMES = (
    "Smith Jones Brown Miller Wilson Moore Taylor Anderson Thomas Jackson White Harris Clark Lewis "
    "Walker Hall Young King Wright Lopez Hill Green Adams Baker Nelson Carter Mitchell Roberts "
    "Turner "
    "Phillips Campbell Parker Evans Edwards Collins Stewart Morris Rogers Reed Cook Morgan Bell "
    "Murphy "
    "Bailey Cooper Richardson Cox Howard Ward Peterson Gray Watson Brooks Kelly Sanders Price "
    "Bennett "
    "Wood Barnes Ross Henderson Coleman Jenkins Perry Powell Long Hughes Flores Washington Butler "
    "Simmons Foster Gonzales Bryant Alexander Russell Griffin Hayes Schmidt Weber Fischer Meyer "
    "Wagner "
    "Becker Hoffmann Koch Richter Klein Wolf Schroeder Neumann Schwarz Zimmermann Braun Hartmann "
    "Kruger "
    "Rossi Russo Ferrari Bianchi Romano Costa Silva Santos Pereira Oliveira Garcia Martinez "
    "Sanchez "
    "Fernandez Torres Dubois Laurent Lefevre Moreau Nguyen Tran Kim Park Lee Choi Tanaka Suzuki "
    "Sato "
    "Yamamoto Ito Singh Patel Kumar Sharma Khan Ahmed Hassan Okafor Mensah Novak Kowalski Nowak "
    "Horvat "
    "Ivanov Petrov Larsson Johansson Hansen Nielsen Jensen Virtanen Korhonen"
).split()
CITIES = (
    "Paris London Berlin Rome Oslo Madrid Tokyo Cairo Lima Vienna Boston Chicago Dublin Lyon Porto "
    "Seattle Munich Prague Hamburg Kyoto Delhi Toronto Sydney Lisbon Athens Warsaw Budapest "
    "Helsinki "
    "Stockholm Copenhagen Brussels Amsterdam Zurich Geneva Milan Naples Turin Venice Florence "
    "Barcelona "
    "Valencia Seville Bilbao Marseille Nice Toulouse Nantes Lille Bordeaux Strasbourg Cologne "
    "Frankfurt "
    "Stuttgart Leipzig Dresden Bremen Hanover Nuremberg Salzburg Graz Krakow Gdansk Riga Tallinn "
    "Vilnius "
    "Bucharest Sofia Belgrade Zagreb Ljubljana Bratislava Brno Ankara Istanbul Izmir Nairobi Lagos "
    "Accra "
    "Casablanca Tunis Mumbai Chennai Bangalore Kolkata Bangkok Hanoi Jakarta Manila Seoul Busan "
    "Osaka "
    "Nagoya Taipei Shanghai Beijing Melbourne Perth Brisbane Auckland Wellington Denver Austin "
    "Dallas "
    "Houston Phoenix Portland Atlanta Miami Detroit Cleveland Montreal Vancouver Ottawa Calgary "
    "Quebec "
    "Bogota Quito Santiago Montevideo Havana Leeds Bristol Glasgow Edinburgh Cardiff Belfast "
    "Manchester"
).split()
COLOURS = (
    "red blue green yellow orange purple pink brown black white grey teal violet turquoise gold "
    "silver "
    "crimson indigo beige magenta"
).split()
PRODUCTS = (
    "desk lamp;office chair;coffee machine;water bottle;notebook;keyboard;headset;backpack;phone "
    "case;"
    "garden hose;rain jacket;running shoes;tea kettle;toaster;bicycle pump;screwdriver set;paint "
    "brush;"
    "picture frame;wall clock;pillow;blanket;frying pan;kitchen knife;cutting board;mixing "
    "bowl;camera;"
    "tripod;memory card;printer;ink cartridge;router;monitor;laptop stand;mouse "
    "pad;webcam;microphone;"
    "speaker;power bank;charging cable;light bulb;extension "
    "cord;ladder;toolbox;drill;hammer;saw;tent;"
    "sleeping bag;camp "
    "stove;torch;map;compass;helmet;gloves;scarf;umbrella;suitcase;wallet;watch;ring;"
    "necklace;vase;candle;mirror;carpet;curtain;bookshelf;wardrobe;sofa;mattress;towel;shower head;"
    "soap dispenser;laundry basket;iron;vacuum cleaner;heater;fan;air filter;thermostat;smoke "
    "detector;"
    "bird feeder;flower pot;watering can;lawn mower;rake;shovel;dog leash;cat tree;fish "
    "tank;puzzle;"
    "board game;football;tennis racket;yoga mat;guitar;piano bench;music stand;sheet "
    "protector;stapler;"
    "desk organizer;whiteboard;projector;paper shredder;label printer;calculator;pencil case;ruler"
).split(";")
FOODS = (
    "apples;bananas;oranges;pears;plums;grapes;cherries;lemons;tomatoes;potatoes;carrots;onions;"
    "peppers;"
    "beans;peas;rice;pasta;bread;butter;cheese;milk;yoghurt;eggs;flour;sugar;salt;honey;coffee;tea;"
    "juice;"
    "chicken;fish;soup;salad;mushrooms;garlic;spinach;cucumbers;walnuts;almonds;raisins;olives;"
    "chocolate"
).split(";")
ANIMALS = (
    "dog cat horse rabbit parrot hamster tortoise goldfish pony goat sheep duck owl fox".split()
)
JOBS = (
    "teacher baker nurse doctor painter farmer pilot lawyer singer engineer cook tailor librarian "
    "plumber carpenter journalist photographer dentist translator accountant architect gardener "
    "electrician mechanic designer scientist musician actor manager programmer"
).split()
COMPANY_TAILS = (
    "Ltd;Inc;GmbH;AG;& Sons;Group;Systems;Logistics;Software;Foods;Energy;Labs;Partners;Consulting;"
    "Trading;Services;Works;Motors;Media;Textiles;Corp;LLC;Solutions;Studio;Supplies"
).split(";")
MONTHS = (
    "January February March April May June July August September October November December"
).split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
STREETS = (
    "Main Street;Oak Avenue;Park Road;Station Road;Mill Lane;Church Street;High Street;River Road;"
    "Garden Street;Bridge Street;Lake Drive;King Street;Market Square;Forest Way;Hill Road;Elm "
    "Street"
).split(";")
DOMAINS = "example.com example.org example.net mail.example post.example corp.example".split()
CURRENCIES = {"euros": "EUR", "dollars": "USD", "pounds": "GBP", "francs": "CHF", "kronor": "SEK"}
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}


def first_name(draw: Draw) -> str:
    return draw.invented_name() if draw.chance(0.25) else draw.one_of(FIRST_NAMES)


def full_name(draw: Draw) -> str:
    def make() -> str:
        last = draw.choice(LAST_NAMES) if draw.chance(0.7) else capitalised(draw.syllables(2))
        return f"{draw.choice(FIRST_NAMES)} {last}"

    return draw.of_side(make)


def city(draw: Draw) -> str:
    return draw.invented_name() if draw.chance(0.3) else draw.one_of(CITIES)


def company(draw: Draw) -> str:
    if draw.chance(0.15):
        return draw.of_side(lambda: f"{draw.choice(LAST_NAMES)} {draw.choice(COMPANY_TAILS)}")
    return f"{draw.invented_name()} {draw.choice(COMPANY_TAILS)}"


def product(draw: Draw) -> str:
    return draw.one_of(PRODUCTS)


def code(draw: Draw) -> str:
    """An identifier such as ORD-48213 or K7-2031."""
    head = draw.choice(
        (
            "ORD-",
            "INV-",
            "A-",
            "B",
            "TK-",
            "CASE-",
            "R",
            "X",
            "#",
            "SO-",
            "PO-",
            "REF-",
            "",
            "",
            "K7-",
        )
    )
    tail = draw.choice(("", "", "", "", "-A", "-B2", "/25", "-EU"))
    return draw.of_side(lambda: f"{head}{draw.integer(100, 99999)}{tail}")


def ticket(draw: Draw, prefix: str) -> str:
    return draw.of_side(lambda: f"{prefix}{draw.integer(100, 99999)}")


def day(draw: Draw, first_year: int = 2019, last_year: int = 2031) -> date:
    start = date(first_year, 1, 1)
    days = (date(last_year, 12, 31) - start).days

    def make() -> str:
        return (start + timedelta(days=draw.integer(0, days))).isoformat()

    return date.fromisoformat(draw.of_side(make))


def written(draw: Draw, value: date) -> str:
    """A date as people write it."""
    month = MONTHS[value.month - 1]
    return draw.choice(
        (
            f"{value.day} {month} {value.year}",
            f"{month} {value.day}, {value.year}",
            f"{month} {value.day} {value.year}",
            value.isoformat(),
            f"{value.day} {month[:3]} {value.year}",
            f"{month[:3]} {value.day}, {value.year}",
            f"{value.day:02d}.{value.month:02d}.{value.year}",
            f"the {ordinal(value.day)} of {month} {value.year}",
        )
    )


def ordinal(number: int) -> str:
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def clock(draw: Draw) -> str:
    return (
        f"{draw.integer(6, 21):02d}:{draw.choice(('00', '15', '30', '45', '05', '20', '40', '50'))}"
    )


def email(draw: Draw, person: str = "") -> str:
    local = person.lower().replace(" ", draw.choice((".", "_", ""))) if person else draw.word()
    if not person and draw.chance(0.3):
        local += str(draw.integer(1, 99))
    domain = draw.choice(DOMAINS) if draw.chance(0.5) else f"{draw.word()}.example"
    return f"{local}@{domain}"


def phone(draw: Draw) -> str:
    def part(length: int) -> str:
        return "".join(str(draw.integer(0, 9)) for _ in range(length))

    shape = draw.choice(
        ("+{2} {3} {6}", "0{3} {6}", "+{2} {2} {4} {4}", "555-{4}", "({3}) {3}-{4}")
    )
    for length in "23456":
        while "{" + length + "}" in shape:
            shape = shape.replace("{" + length + "}", part(int(length)), 1)
    return shape


def address(draw: Draw) -> str:
    return f"{draw.integer(1, 199)} {draw.choice(STREETS)}, {city(draw)}"


def cents(draw: Draw) -> int:
    """An amount of money; round ones are common."""

    def make() -> str:
        whole = draw.integer(1, 10 ** draw.choice((1, 2, 2, 3, 3, 4)))
        return str(100 * whole + (0 if draw.chance(0.35) else draw.integer(0, 99)))

    return int(draw.of_side(make))


def amount_text(amount: int, thousands: bool = False) -> str:
    whole, rest = divmod(amount, 100)
    return f"{whole:,}.{rest:02d}" if thousands else f"{whole}.{rest:02d}"


def amount_number(amount: int) -> int | float:
    return amount // 100 if amount % 100 == 0 else amount / 100


def title(draw: Draw) -> str:
    """The name of a meeting, a book or an event."""
    kind = draw.choice(
        (
            "Budget review;Team lunch;Product launch;Security training;Design workshop;Spring "
            "festival;"
            "Quarterly meeting;Book fair;Open day;Project kick-off;Sales call;Board meeting;Job "
            "interview;"
            "Code review;Planning session;Charity run;Summer party;Press conference;Music "
            "night;Art show"
        ).split(";")
    )
    return f"{draw.invented_name()} {kind.lower()}" if draw.chance(0.5) else kind
