"""Which of the given categories a request belongs to."""

from __future__ import annotations

from typing import NamedTuple

from . import values
from .draw import Draw, Phrases, capitalised, sloppy
from .labels import asked as ask_for_label
from .labels import joined
from .turns import Dialogue

SKILL = "routing"


class Topic(NamedTuple):
    names: tuple[str, ...]
    about: tuple[str, ...]
    requests: Phrases


def _topic(names: str, about: str, requests: str) -> Topic:
    return Topic(tuple(names.split(";")), tuple(about.split(";")), Phrases.parse(requests))


TOPICS = (
    _topic("billing;payments;invoices;finance", "payment, invoice and subscription "
    "questions;questions about bills "
           "and money;charges and payments",
           "I was charged twice for {i}; My invoice {i} is wrong; Why is there a charge of {m} on "
           "my card; I need a "
           "copy of my bill; My payment did not go through; Can I pay by bank transfer; The amount "
           "on invoice {i} "
           "seems too high; My credit card was declined; When is the next payment due; I was "
           "billed {m} too much; "
           "Please send me a receipt for {m}; How do I change my payment method; ~There is a "
           "double charge of {m} on "
           "my bill; ~My card was charged {m} although I did not pay for anything; ~Please explain "
           "the payment on "
           "invoice {i}"),
    _topic("technical;technical support;tech;bugs;it support", "bug reports, errors and how-to "
    "questions;things that do "
           "not work;technical problems",
           "The app crashes when I open {x}; I get error {n} when I save; The website does not "
           "load; My {p} does not "
           "turn on; The software freezes all the time; After the update nothing works; The screen "
           "stays black; I "
           "cannot connect to the server; The page shows error {n}; The program is very slow since "
           "yesterday; The "
           "{p} makes a strange noise and stops; How do I install the new version; The upload "
           "fails every time; "
           "~Since the update the app crashes; ~The program shows error {n} and stops; ~My {p} "
           "will not connect to "
           "the server"),
    _topic("shipping;delivery;logistics", "where a parcel is and when it comes;delivery of "
    "orders;transport and tracking",
           "Where is my parcel; My order {i} has not arrived; When will the {p} be delivered; The "
           "tracking number {i} "
           "does not work; Can you send it to another address; The courier did not find my house; "
           "How long does "
           "delivery to {c} take; My package is late; Do you ship to {c}; The parcel was left at "
           "the wrong door; "
           "Has order {i} been sent yet; ~My parcel {i} is still not here; ~When does my order "
           "arrive in {c}; ~The "
           "courier brought the package to a wrong address"),
    _topic("returns;refunds;returns and exchanges", "return, exchange or refund of goods;sending "
    "goods back;exchanges",
           "I want to return the {p}; How do I send the {p} back; I would like a refund for the "
           "{p}; The {p} is the "
           "wrong size, can I exchange it; I changed my mind and want to give the {p} back; What "
           "is your return "
           "policy; Please exchange the {p} for another colour; I need a return label; Can I get "
           "my money back for "
           "the {p}; I sent the {p} back, where is my refund; ~I would like to exchange the {p}; "
           "~How can I return "
           "the {p} and get a refund; ~Please take the {p} back and refund me"),
    _topic("account;login;accounts;profile", "login, password and profile;access to the "
    "account;user accounts",
           "I forgot my password; I cannot log in; How do I change my email address; Please delete "
           "my account; My "
           "account is locked; I want to change my user name; The login page rejects my password; "
           "How do I reset my "
           "password; Someone else uses my account; I did not get the confirmation mail for my new "
           "account; Please "
           "update my profile; ~My password does not work any more; ~I cannot get into my account; "
           "~Please reset the "
           "password of my account"),
    _topic("sales;purchasing;new orders;pre-sales", "questions before buying;prices, offers and "
    "new orders;buying and quotes",
           "How much does the {p} cost; Do you have the {p} in stock; I want to buy {n} pieces of "
           "the {p}; Is there a "
           "discount for {n} pieces; Can you make me an offer; Which plan should I buy; I would "
           "like a quote for {n} "
           "licences; Do you offer a discount for schools; What is the difference between the "
           "basic and the premium "
           "plan; I am interested in buying the {p}; ~Please send me an offer for {n} pieces of "
           "the {p}; ~Is the {p} "
           "in stock and what does it cost; ~I want to order {n} licences"),
    _topic("hr;human resources;personnel", "holidays, contracts and employees;staff "
    "matters;questions of employees",
           "How many days of holiday do I have left; I want to apply for parental leave; When do I "
           "get my salary; My "
           "employment contract ends in May; I am ill and cannot come to work; Who approves my "
           "vacation; I need a "
           "letter for my employer; How do I report sick leave; Where do I find my payslip; I "
           "would like to work "
           "part-time; ~How much holiday is left for me this year; ~I need my payslip for March; "
           "~I am ill, whom do "
           "I tell about my sick leave"),
    _topic("legal;contracts;compliance", "contracts, law and data protection;legal "
    "questions;privacy and law",
           "Please send me the terms of the contract; I want to know what data you store about me; "
           "Is this allowed "
           "under the law; I will call my lawyer; We need a data processing agreement; Who is "
           "responsible for data "
           "protection; The contract has an error in clause {n}; I withdraw my consent; Do you "
           "comply with the GDPR; "
           "Our lawyer has questions about clause {n}; ~Our lawyer wants to change clause {n} of "
           "the contract; "
           "~Which personal data do you store under the law"),
    _topic("security;fraud;abuse", "fraud, phishing and attacks;security incidents;suspicious "
    "activity",
           "I got a phishing mail in your name; Someone hacked my computer; I found a security "
           "hole in your app; There "
           "is a virus on my laptop; I think my data was stolen; I see a login from {c} that was "
           "not me; Somebody "
           "pretends to be your company; A stranger asked me for my password; I want to report "
           "fraud; The server is "
           "under attack; ~I want to report a phishing mail; ~Somebody hacked us and stole data; "
           "~There is a "
           "suspicious login from {c}"),
    _topic("feedback;suggestions;praise;ideas", "praise, ideas and suggestions;opinions about "
    "us;feature requests",
           "I have an idea for your app; It would be nice to have a dark mode; I just wanted to "
           "say that you do great "
           "work; Please add an export button; You should open a shop in {c}; I suggest larger "
           "letters; Your team "
           "is fantastic, thank you; Have you thought about adding a calendar; I would love to see "
           "a version for "
           "tablets; My suggestion: show the price first; ~I suggest that you add a calendar; "
           "~Here is an idea: a "
           "shop in {c}"),
    _topic("booking;reservations;appointments", "appointments and reservations;bookings and "
    "dates;tables, rooms and visits",
           "I would like to book a table for {k}; Can I get an appointment on {d}; Please cancel "
           "my reservation for "
           "{d}; Is a room free on {d}; I need to move my appointment to {d}; Do you have a table "
           "for {k} people "
           "tonight; I want to reserve a seat; Book me a room for two nights; Can we meet on {d} "
           "instead; ~I want to "
           "reserve a table for {k} on {d}; ~Please move my reservation to {d}"),
    _topic("jobs;careers;recruiting", "applications and open positions;job offers;people who want "
    "to work here",
           "Do you have open positions in {c}; I would like to apply as a {j}; I sent my "
           "application last week; Where "
           "can I send my CV; Are you hiring a {j}; What does a {j} earn at your company; I am "
           "looking for an "
           "internship; Is the job as a {j} still open; ~I want to apply for the open position as "
           "a {j}; ~Where do "
           "I send my application and CV"),
    _topic("press;media;public relations", "journalists and interviews;press inquiries;media "
    "requests",
           "I am a journalist and have some questions; I would like an interview with your "
           "director; Can you send me "
           "the press kit; We want to film in your office; Our newspaper writes about you; Please "
           "confirm a quote "
           "for our article; I need a picture of your product for a magazine; ~Our magazine would "
           "like an interview; "
           "~I am a journalist and write an article about you"),
    _topic("facilities;building;maintenance", "rooms, heating and repairs in the building;office "
    "and building matters",
           "The heating in room {n} does not work; The lift is stuck; There is water on the floor "
           "of the kitchen; The "
           "light in the hallway is broken; The door of room {n} does not close; We need more "
           "chairs in the meeting "
           "room; The toilet on floor {k} is blocked; It is too cold in the office; ~The heating "
           "on floor {k} is off; "
           "~The door of the meeting room is broken"),
    _topic("weather;forecast", "rain, sun and temperature;weather questions",
           "Will it rain tomorrow; How warm is it in {c}; Do I need an umbrella on {d}; Is it "
           "going to snow in {c}; What "
           "is the temperature in {c}; Will the sun shine on {d}; ~Does it rain in {c} on {d}; "
           "~How cold is it in {c}"),
    _topic("cooking;recipes;food", "recipes and kitchen questions;cooking",
           "How do I bake bread; How long do I cook {f}; What can I make with {f}; Do you have a "
           "recipe for soup with "
           "{f}; Can I freeze {f}; How much salt goes into the soup; ~Which recipe uses {f}; ~How "
           "long do I bake {f}"),
    _topic("travel;trips;transport", "flights, trains and trips;travel planning",
           "Find me a flight to {c}; When does the next train to {c} leave; How do I get from {c} "
           "to the airport; Is there "
           "a bus to {c}; I need a ticket to {c}; What can I see in {c}; ~Which train goes to {c} "
           "on {d}; ~I need a "
           "flight from {c}"),
    _topic("sports;sport", "games, teams and results;sports",
           "Who won the football match; When does the game start; How many goals did the team "
           "score; Which team leads the "
           "table; Is the tennis match on {d}; ~Who scored the goals in the match; ~Which team won "
           "the game"),
)  # fmt: skip
_OTHER = ("general", "other", "everything else", "rest")
_OTHER_ABOUT = ("everything else", "all other questions", "anything that fits nowhere else")
_ROUTING_ORDERS = Phrases(
    "[Classify|Sort|Assign] the [customer |]request into [exactly |]one category[:|. The "
    "categories are:]\n{l}\n"
    "Respond with ONLY the category[ name|].",
    "Which category does this [message|request|ticket] belong to?\n{l}",
    "Route this [message|request|ticket] to one of [these departments|the following teams|these "
    "categories]: {l}.",
    "Categories: {l}. [Reply|Answer] with the [category|name] only.",
    "You are a router. Choose the right [queue|team|department] for the message: {l}. Answer with "
    "[its name|one of them].",
    "Classify this [support |]ticket. [Options|Choices|Categories]: {l}.",
    "Choose one label for the text: {l}",
    "Given the categories\n{l}\nreply with the one that fits.",
    "Pick the [best|right] category for the [message|text]:\n{l}",
    "~Decide which team should handle this request. Teams:\n{l}\nAnswer with the team's name only.",
    "~To which of these categories does the request belong: {l}?",
)
_OPENERS = (
    *[""] * 9, "Hello,", "Hi.", "Dear team,", "Good morning,", "Hey,", "Excuse me:", "Please help:",
    "Hi there!", "Question:",
)  # fmt: skip
_THANKS = (
    "",
    "",
    "",
    "",
    " Thanks!",
    " Please help.",
    " Can you help?",
    " Kind regards, {who}",
    " It is urgent.",
)


def _request(draw: Draw, topic: Topic) -> str:
    line = draw.phrase(
        topic.requests,
        i=values.code(draw),
        m=f"{draw.integer(2, 900)} {draw.choice(tuple(values.CURRENCIES))}",
        n=str(draw.integer(2, 600)),
        k=str(draw.integer(2, 12)),
        p=values.product(draw),
        c=values.city(draw),
        d=draw.choice(values.WEEKDAYS),
        j=draw.choice(values.JOBS),
        f=draw.choice(values.FOODS),
        x=draw.choice(("the menu", "my profile", "a file", "the camera", "the settings")),
    )
    asks = line.split()[0] in (
        "Why Can When How Where Do Which Is Has What Who Are Will Does Have".split()
    )
    text = line + ("?" if asks else draw.choice((".", ".", "!")))
    opener = draw.choice(_OPENERS)
    if opener:
        text = f"{opener} {text}"
    return sloppy(draw, text + draw.choice(_THANKS).replace("{who}", values.full_name(draw)))


def _shown_labels(draw: Draw, chosen: list[tuple[Topic | None, str]]) -> str:
    if draw.chance(0.55):
        return joined(draw, [name for _, name in chosen])
    lines = []
    for topic, name in chosen:
        about = draw.choice(topic.about if topic else _OTHER_ABOUT)
        lines.append(f"- {name}: {about}")
    return "\n" * draw.integer(0, 1) + "\n".join(lines)


def routing(draw: Draw) -> Dialogue:
    topics: list[Topic | None] = list(draw.sample(TOPICS, draw.integer(2, 6)))
    pool = [topic for topic in TOPICS if topic not in topics]
    asked: Topic | None = draw.choice([t for t in topics if t])
    if draw.chance(0.3):
        topics.append(None)
        asked = None if draw.chance(0.4) else asked
    case = draw.choice((str.upper, str.lower, capitalised, str.title))
    named = [(topic, case(draw.choice(topic.names if topic else _OTHER))) for topic in topics]
    if draw.chance(0.12):
        # Labels that say nothing by themselves: only the description tells.
        letters = draw.sample(
            "ABCDEFGHKLMPQRSTXYZ" if draw.chance(0.6) else "123456789", len(named)
        )
        named = [(topic, letter) for letter, (topic, _) in zip(letters, named)]
        shown = "\n" + "\n".join(
            f"{n}: {draw.choice(t.about if t else _OTHER_ABOUT)}" for t, n in named
        )
    else:
        shown = _shown_labels(draw, named)
    order = draw.phrase(_ROUTING_ORDERS, l=shown)

    def request(topic: Topic | None) -> str:
        return _request(draw, topic or draw.choice(pool))

    def another() -> tuple[str, str]:
        topic, name = draw.choice(named)
        return request(topic), name

    label = next(name for topic, name in named if topic is asked)
    subject = draw.choice(asked.about) if asked else "something else"
    thought = f"The message is about {subject}. That is {label}."
    kind = draw.choice(("message", "request", "ticket", "text"))
    return ask_for_label(draw, SKILL, order, kind, lambda: request(asked), label, thought, another)
