"""The tools that conversations offer: what they are called, what they take, what they give back.

Three sources. A catalogue of the tools that examples and agents have (weather, orders, mail);
tools made from a verb and a thing ("cancel_booking"), of which there are many hundreds; and the
same with things that do not exist, so that a tool has to be chosen by reading its description.
The evaluation has things of its own that never occur in the training (`_OBJECTS`, held out).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from . import reading, values
from .draw import Draw, Phrases, is_held_out, plural, with_article

Said = tuple[str, Any]  # as the user says it, and as the argument has it


class Parameter(NamedTuple):
    names: tuple[str, ...]
    kind: str
    about: str
    optional: bool = False


class Tool(NamedTuple):
    names: tuple[str, ...]
    about: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    requests: Phrases  # with the first name of each parameter in braces
    results: dict[str, str]  # member of the result → kind of value
    answers: Phrases  # with members of arguments and result in braces


def _date(draw: Draw) -> Said:
    value = values.day(draw, 2024, 2030)
    return values.written(draw, value), value.isoformat()


def _amount(draw: Draw) -> Said:
    amount = values.cents(draw)
    number = values.amount_number(amount)
    return str(number) if draw.chance(0.6) else values.amount_text(amount), number


def _expression(draw: Draw) -> Said:
    a, b, c = (draw.of_side(lambda: str(draw.integer(2, 999))) for _ in range(3))
    text = draw.choice(
        (f"{a} + {b}", f"{a} * {b}", f"{a} - {b}", f"{a} / {b}", f"({a} + {b}) * {c}")
    )
    return text, text


def _text(draw: Draw) -> Said:
    text = reading.sentence(draw.rng) if draw.chance(0.5) else draw.fill(
        "[I will be late|The meeting is moved to {w}|Please call {n}|See you on {w}|The report is "
        "ready|"
        "Happy birthday|{n} has arrived|Bring the {p}|Dinner is at {t}|We need more {f}]",
        w=draw.choice(values.WEEKDAYS), n=values.first_name(draw), p=values.product(draw),
        t=values.clock(draw), f=draw.choice(values.FOODS),
    )  # fmt: skip
    return text.rstrip("."), text.rstrip(".")


def _query(draw: Draw) -> Said:
    text = draw.choice(
        (values.product(draw),
        f"{draw.word()} {draw.choice(('prices', 'news', 'history', 'recipes'))}",
         f"{draw.choice(values.FOODS)} in {values.city(draw)}", values.full_name(draw), draw.word())
    )  # fmt: skip
    return text, text


def _choice(*options: str) -> Callable[[Draw], Said]:
    return lambda draw: (lambda option: (option, option))(draw.choice(options))


def _same(make: Callable[[Draw], str]) -> Callable[[Draw], Said]:
    return lambda draw: (lambda text: (text, text))(make(draw))


def _integer(low: int, high: int) -> Callable[[Draw], Said]:
    return lambda draw: (lambda number: (str(number), number))(draw.integer(low, high))


ENUMS = {
    "unit": ("celsius", "fahrenheit"),
    "currency": ("EUR", "USD", "GBP", "CHF", "JPY", "SEK"),
    "language": ("French", "German", "Spanish", "Italian", "Portuguese", "Dutch", "Polish"),
    "priority": ("low", "medium", "high"),
    "state": ("on", "off"),
    "size": ("small", "medium", "large"),
    "room": ("kitchen", "bedroom", "bathroom", "office", "garage", "hallway", "living room"),
}
KINDS: dict[str, Callable[[Draw], Said]] = {
    "city": _same(values.city),
    "person": _same(values.full_name),
    "first_name": _same(values.first_name),
    "date": _date,
    "time": _same(values.clock),
    "email": _same(values.email),
    "phone": _same(values.phone),
    "code": _same(values.code),
    "ticker": _same(lambda d: d.of_side(lambda: d.syllables(2)[:4].upper())),
    "count": _integer(2, 99),
    "minutes": _integer(1, 120),
    "level": _integer(1, 100),
    "amount": _amount,
    "text": _text,
    "query": _query,
    "expression": _expression,
    "product": _same(values.product),
    "food": _same(lambda d: d.choice(values.FOODS)),
    "title": _same(values.title),
    "word": _same(lambda d: d.word()),
    "name": _same(lambda d: d.invented_name()),
    "address": _same(values.address),
    "path": _same(
        lambda d: f"/{d.word()}/{d.word()}.{d.choice(('txt', 'csv', 'pdf', 'json', 'log'))}"
    ),
    "weekday": _same(lambda d: d.choice(values.WEEKDAYS)),
    "temperature": _integer(-15, 38),
    "condition": _choice("sunny", "cloudy", "rainy", "windy", "snowy", "foggy", "clear"),
    "status": _choice(
        "shipped", "delivered", "in preparation", "cancelled", "on its way", "delayed"
    ),
    "percent": _integer(1, 99),
    "boolean": lambda draw: ("", True),
    **{name: _choice(*options) for name, options in ENUMS.items()},
}
_JSON_TYPES = {"count": "integer", "minutes": "integer", "level": "integer", "amount": "number"}


def _parameters(text: str) -> tuple[Parameter, ...]:
    """'city|location city The name of the city; unit? unit The unit' → parameters."""
    found = []
    for part in filter(None, map(str.strip, text.split(";"))):
        names, kind, about = part.split(" ", 2)
        found.append(
            Parameter(tuple(names.rstrip("?").split("|")), kind, about, names.endswith("?"))
        )
    return tuple(found)


def tool(
    names: str, about: str, parameters: str, requests: str, results: str, answers: str
) -> Tool:
    returned = dict(part.split(":") for part in results.split()) if results else {}
    return Tool(
        tuple(names.split()), tuple(p.strip() for p in about.split(";")), _parameters(parameters),
        Phrases.parse(requests), returned, Phrases.parse(answers),
    )  # fmt: skip


CATALOGUE: tuple[Tool, ...] = (
    tool("get_weather weather get_current_weather current_weather",
         "Get the current weather for a city; Returns the weather of a place; Get the weather for "
         "a location",
         "city|location|place city The name of the city; unit? unit The unit of temperature",
         "What is the weather in {city}?; What's the weather like in {city}?; How is the weather "
         "in {city} today?; "
         "Weather in {city}?; Is it warm in {city}?; Tell me the weather in {city}.; How warm is "
         "it in {city}?; What is "
         "the weather in {city} in {unit}?; What is the temperature in {city}, in {unit}?; ~Could "
         "you tell me the weather in "
         "{city}?; ~Please check the weather in {city}.; ~What is the weather like in {city} in "
         "{unit}?",
         "temperature:temperature condition:condition",
         "It is {temperature} degrees and {condition} in {city}.; In {city} it is {condition}, "
         "{temperature} degrees."),
    tool("get_forecast weather_forecast forecast", "Weather forecast for a city on a day; Get the "
    "forecast for a date",
         "city city City; date date Day, YYYY-MM-DD",
         "What will the weather be in {city} on {date}?; Will it rain in {city} on {date}?; "
         "Forecast for {city}, "
         "{date}.; ~Give me the forecast for {city} on {date}.", "temperature:temperature "
         "condition:condition",
         "On {date} it will be {condition} in {city}, with {temperature} degrees."),
    tool("get_stock_price stock_price get_quote", "Get the current stock price for a ticker "
    "symbol; Price of a share",
         "ticker|symbol ticker Stock ticker symbol, e.g. AAPL",
         "What is the stock price of {ticker}?; How is {ticker} doing?; Price of {ticker}?; What "
         "does a share of {ticker} "
         "cost?; ~Look up the stock {ticker}.", "price:amount currency:currency", "{ticker} stands "
         "at {price} "
         "{currency}."),
    tool("calculate calculator evaluate", "Evaluate a mathematical expression; Calculates the "
    "value of an expression",
         "expression|formula expression Math expression to evaluate",
         "What is {expression}?; Calculate {expression}.; How much is {expression}?; Compute "
         "{expression}; ~Work out "
         "{expression} for me.", "result:count", "{expression} = {result}."),
    tool("get_order_status order_status check_order lookup_order", "Retrieve the current status of "
    "a customer order; "
         "Look up an order by its id; Status of an order", "order_id|id|order code The order's id",
         "Where is my order {order_id}?; What is the status of order {order_id}?; Has order "
         "{order_id} been shipped?; "
         "Check order {order_id}.; I want to know about order {order_id}; ~Could you look up my "
         "order {order_id}?; "
         "~What happened to order {order_id}?", "status:status", "Your order {order_id} is "
         "{status}.; Order {order_id} "
         "is {status}."),
    tool("cancel_order initiate_cancellation order_cancel", "Cancel an order; Cancels a customer's "
    "order",
         "order_id|id code The order's id; reason? text Why it is cancelled",
         "Cancel order {order_id}.; Please cancel my order {order_id}; I want to cancel order "
         "{order_id}; I do not need "
         "order {order_id} any more, cancel it.; ~Please call off order {order_id}, cancel it.",
         "cancelled:boolean",
         "Order {order_id} is cancelled.; I have cancelled order {order_id}."),
    tool("track_package track_shipment check_carrier_tracking", "Track a package by its tracking "
    "number; Where a parcel is",
         "tracking_number|tracking_id code The tracking number",
         "Track package {tracking_number}.; Where is the parcel {tracking_number}?; My tracking "
         "number is "
         "{tracking_number}, where is the package?; ~Find the package with the tracking number "
         "{tracking_number}.",
         "location:city eta:date", "The package {tracking_number} is in {location} and should "
         "arrive on {eta}."),
    tool("send_email send_mail email", "Send an email; Sends an email to a recipient",
         "to|recipient email The recipient's address; subject title The subject; body|message text "
         "The text",
         "Send an email to {to} with the subject '{subject}' saying '{body}'.; Email {to}: subject "
         "{subject}, text: {body}.; "
         "Write a mail to {to} about {subject}: {body}; ~Mail {to}, subject '{subject}', and say "
         "'{body}'.",
         "sent:boolean", "I have sent the email to {to}.; The email '{subject}' was sent to {to}."),
    tool("send_message send_sms text_message", "Send a text message to a phone number; Sends an "
    "SMS",
         "phone|number phone The phone number; text|message text The message",
         "Text {phone}: {text}; Send '{text}' to {phone}.; Send an SMS to {phone} saying "
         "'{text}'.; ~Message {phone} that "
         "'{text}'.", "sent:boolean", "The message was sent to {phone}."),
    tool("create_event add_event schedule_meeting create_meeting", "Create a calendar event; "
    "Schedule a meeting in the "
         "calendar", "title|name title Title of the event; date date Day, YYYY-MM-DD; time? time "
                     "Start, HH:MM",
         "Schedule {title} on {date} at {time}.; Put {title} into my calendar on {date} at "
         "{time}.; Create an event {title} "
         "for {date}.; Plan {title} for {date}, {time}; ~Add {title} to the calendar on {date} at "
         "{time}.",
         "created:boolean", "{title} is in your calendar on {date}.; I have scheduled {title} for "
                            "{date}."),
    tool("list_events get_calendar show_calendar", "List the calendar's events of a day; What is "
    "planned on a day",
         "date|day date The day, YYYY-MM-DD", "What is in my calendar on {date}?; Do I have "
         "meetings on {date}?; What is "
         "planned for {date}?; ~Which events do I have on {date}?", "events:title", "On {date} you "
         "have: "
         "{events}."),
    tool("set_reminder create_reminder remind", "Set a reminder; Reminds the user of something at "
    "a time",
         "text|task text What to remind of; time|at time When, HH:MM",
         "Remind me at {time}: {text}; Set a reminder for {time}: {text}; ~At {time}, remind me: "
         "{text}", "set:boolean",
         "I will remind you at {time}.; The reminder is set for {time}."),
    tool("set_timer start_timer timer", "Start a timer; Sets a timer for some minutes",
    "minutes|duration minutes Minutes",
         "Set a timer for {minutes} minutes.; Wake me in {minutes} minutes.; Timer, {minutes} "
         "minutes; ~Start a timer of "
         "{minutes} minutes.", "started:boolean", "The timer runs for {minutes} minutes."),
    tool("translate_text translate translation", "Translate text into another language; Translates "
    "a text",
         "text text The text; target|language|target_language language The language to translate "
         "into",
         "Translate '{text}' into {target}.; How do you say '{text}' in {target}?; What is "
         "'{text}' in {target}?; ~Put "
         "'{text}' into {target}.", "translation:word", "In {target}: {translation}."),
    tool("convert_currency exchange currency_converter", "Convert an amount between currencies; "
    "Currency conversion",
         "amount amount The amount; from|source currency Currency code; to|target currency "
         "Currency code",
         "Convert {amount} {from} to {to}.; How much is {amount} {from} in {to}?; What are "
         "{amount} {from} in {to}?; ~I have "
         "{amount} {from}, how much is that in {to}?", "result:amount", "{amount} {from} are "
         "{result} {to}."),
    tool("search_web web_search search", "Search the web; Finds pages on the web",
         "query|q query What to search for", "Search the web for {query}.; Google {query}.; Find "
         "something about {query} on "
         "the web.; Look up {query} online.; ~Search online for {query}.", "top_result:query", "I "
         "found: {top_result}."),
    tool("search_documents retrieve knowledge_search query_knowledge_base", "Search the company's "
    "documents; Retrieve "
         "passages from the knowledge base", "query query The search text",
         "What do our documents say about {query}?; Search the documents for {query}.; Find "
         "{query} in the knowledge base.; "
         "~Look for {query} in our documents.", "passage:text", "The documents say: {passage}."),
    tool("get_customer lookup_customer find_customer customer_info", "Look up a customer; Get a "
    "customer's data by id",
         "customer_id|id code The customer's id", "Who is customer {customer_id}?; Look up "
         "customer {customer_id}.; Show me "
         "the data of customer {customer_id}.; ~Find the customer with the id {customer_id}.",
         "name:person city:city",
         "Customer {customer_id} is {name} from {city}."),
    tool("create_ticket open_ticket new_ticket", "Create a support ticket; Open a ticket with a "
    "priority",
         "title|summary text What it is about; priority priority Urgency",
         "Open a ticket with {priority} priority: {title}; Create a {priority} priority ticket: "
         "{title}; ~Please file a "
         "ticket, priority {priority}: {title}", "ticket_id:code", "I have opened ticket "
         "{ticket_id}."),
    tool("check_stock check_inventory inventory", "Check how many pieces of a product are in "
    "stock; Stock of a product",
         "product|item product The product", "How many pieces of the {product} do we have?; Is the "
         "{product} in stock?; Check "
         "the stock of the {product}.; Do we still have the {product}?; ~How much stock of the "
         "{product} is left?",
         "in_stock:count", "There are {in_stock} pieces of the {product} in stock."),
    tool("get_price product_price price_of", "Get the price of a product; What a product costs",
         "product|name product The product", "How much is the {product}?; What does the {product} "
         "cost?; Price of the "
         "{product}?; ~What is the price of the {product}?", "price:amount currency:currency",
         "The {product} costs {price} {currency}."),
    tool("place_order order_product create_order buy", "Order a product; Place an order for a "
    "product",
         "product|item product The product; quantity|count count How many",
         "Order {quantity} pieces of the {product}.; I want to buy {quantity} of the {product}.; "
         "Please order the {product}, "
         "{quantity} times; ~Buy {quantity} pieces of the {product}.", "order_id:code",
         "I have ordered {quantity} pieces of the {product}: order {order_id}."),
    tool("book_table reserve_table restaurant_booking", "Book a table at a restaurant; Reserves a "
    "table",
         "restaurant|name name The restaurant; people|guests count How many; time time When, HH:MM",
         "Book a table for {people} at {restaurant} at {time}.; Reserve a table at {restaurant} "
         "for {people} people, {time}; "
         "~Get us a table for {people} at {restaurant} for {time}.", "confirmed:boolean",
         "Your table for {people} at {restaurant} is booked for {time}."),
    tool("search_flights find_flights flight_search", "Find flights between two cities; Search "
    "flights on a day",
         "origin|from city Where it starts; destination|to city Where it goes; date date Day, "
         "YYYY-MM-DD",
         "Find a flight from {origin} to {destination} on {date}.; I want to fly from {origin} to "
         "{destination} on {date}.; "
         "Flights {origin} to {destination}, {date}; ~Search for flights from {origin} to "
         "{destination} on {date}.",
         "flight:code price:amount", "Flight {flight} from {origin} to {destination} costs "
         "{price}."),
    tool("get_directions directions route", "Get the route between two places; Directions from one "
    "place to another",
         "start|from city Start; destination|to city Destination",
         "How do I get from {start} to {destination}?; Route from {start} to {destination}; Show "
         "me the way from {start} to "
         "{destination}.; ~Directions from {start} to {destination}, please.", "distance_km:count",
         "From {start} to {destination} it is {distance_km} km."),
    tool("get_time current_time time_in", "Get the current time in a city; Local time of a place",
         "city|location city The city", "What time is it in {city}?; Tell me the time in {city}.; "
         "Local time in {city}?; ~Can "
         "you say what time it is in {city}?", "time:time", "It is {time} in {city}."),
    tool("set_light switch_light control_light", "Switch the light of a room on or off; Control "
    "lights",
         "room room The room; state|action state on or off",
         "Turn {state} the light in the {room}.; Switch the {room} light {state}.; Light {state} "
         "in the {room}, please; ~The "
         "light in the {room} should be {state}.", "done:boolean", "The light in the {room} is "
         "{state}."),
    tool("set_temperature thermostat heating", "Set the temperature of a room; Control the heating",
         "room room The room; degrees|temperature level The temperature", "Set the {room} to "
         "{degrees} degrees.; "
         "Heat the {room} "
         "to {degrees} degrees.; I want {degrees} degrees in the {room}.; ~Make it {degrees} "
         "degrees in the {room}.",
         "done:boolean", "The {room} is set to {degrees} degrees."),
    tool("play_music play_song music", "Play music by an artist; Plays songs", "artist|name person "
    "The artist",
         "Play something by {artist}.; Play music of {artist}.; I want to hear {artist}.; ~Put on "
         "songs by {artist}.",
         "playing:title", "Now playing {playing} by {artist}."),
    tool("read_file get_file open_file", "Read a file; Returns the content of a file", "path|file "
    "path Path "
    "of the "
    "file",
         "Read the file {path}.; What is in {path}?; Show me {path}.; Open {path}; ~Print the "
         "content of {path}.",
         "content:text", "The file {path} says: {content}."),
    tool("delete_file remove_file", "Delete a file; Removes a file", "path|file path Path of the "
    "file",
         "Delete {path}.; Remove the file {path}.; Please delete the file {path}; ~Please remove "
         "the "
         "file {path}.",
         "deleted:boolean", "The file {path} is deleted."),
    tool("find_recipe get_recipe recipe_search", "Find a recipe with an ingredient; Recipes for an "
    "ingredient",
         "ingredient|food food The ingredient", "What can I cook with {ingredient}?; Find a recipe "
         "with {ingredient}.; I have "
         "{ingredient}, what can I make?; ~Give me a recipe that uses {ingredient}.",
         "recipe:title",
         "Try this one: {recipe}."),
    tool("transfer_money send_money bank_transfer", "Transfer money to a person; Sends money to a "
    "recipient",
         "recipient|to person Who gets it; amount amount How much; currency currency Currency code",
         "Send {amount} {currency} to {recipient}.; Transfer {amount} {currency} to {recipient}.; "
         "Pay {recipient} {amount} "
         "{currency}; ~Please send {recipient} {amount} {currency}.", "done:boolean",
         "I have sent {amount} {currency} to {recipient}."),
    tool("get_balance account_balance balance", "Get the balance of an account; How much money is "
    "in an account",
         "account_id|account code The account", "How much is in account {account_id}?; What is the "
         "balance of {account_id}?; "
         "Balance of account {account_id}?; ~How much money does account {account_id} hold?",
         "balance:amount currency:currency", "Account {account_id} holds {balance} {currency}."),
    tool("reset_password password_reset", "Reset a user's password; Sends a new password",
    "email|user email The user's email",
         "Reset the password of {email}.; {email} forgot the password, please reset it.; I forgot "
         "my password, my address is "
         "{email}; ~Please send {email} a new password.", "done:boolean", "The password of {email} "
         "was reset."),
    tool("add_contact save_contact create_contact", "Add a contact to the address book; Saves a "
    "contact",
         "name person The name; phone phone The phone number",
         "Save the contact {name}, {phone}.; Add {name} with the number {phone} to my contacts.; "
         "~Store the number {phone} for "
         "{name}.", "saved:boolean", "I have saved {name} with the number {phone}."),
    tool("get_current_date today current_date", "Get today's date; Returns the current date", "",
         "What day is it today?; What is today's date?; Which date is it?; Tell me the date.; What's "
         "the date today?; ~Can you say which date it is today?", "date:date", "Today is {date}.; "
         "It is {date}."),
    tool("get_server_status server_status health_check", "Check whether the server is running; "
         "Status of the server", "",
         "Is the server running?; Check the server.; What is the status of the server?; How is the "
         "server doing?; ~Please check whether the server is running.", "load_percent:percent",
         "The server is running with a load of {load_percent} %."),
    tool("list_users get_users all_users", "List all users; Names of all users", "",
         "Which users are there?; List all users.; Show me the users.; Who are our users?; ~Please "
         "give me the list of users.", "users:person", "The users are: {users}."),
)  # fmt: skip

# ---- Tools made of a verb and a thing

_OBJECTS = (
    "booking;invoice;employee;project;device;vehicle;server;room;course;student;patient;"
    "appointment;claim;policy;"
    "contract;license;subscription;payment;shipment;warehouse;supplier;article;recipe;playlist;"
    "photo;report;survey;"
    "coupon;badge;sensor;camera;printer;parcel;passport;ticket;membership;library book;parking "
    "space;bike;boat;"
    "tenant;lease;grant;complaint;repair;voucher;auction;lesson;exam;meal;delivery;donation;"
    "volunteer;event;team;"
    "player;match;stadium;ship;container;crane;machine;part;order "
    "line;bill;budget;loan;account;card;wallet"
).split(";")


class _Verb(NamedTuple):
    names: tuple[str, ...]
    about: tuple[str, ...]  # with {o}, the thing, and {os}
    takes: str  # "id", "name", "date" or "id+value"
    requests: Phrases  # with {o} and the values
    results: str
    answers: Phrases


_VERBS = (
    _Verb(("get_{s}", "show_{s}", "lookup_{s}", "fetch_{s}"), ("Get a {o} by its id", "Returns the "
    "data of a "
    "{o}"), "id",
          Phrases("Show me {o} {id}.", "Get {o} {id}.", "I need the data of {o} {id}.", "What do "
          "we know "
          "about {o} "
          "{id}?",
                  "Look up {o} {id}", "~Please show the {o} {id}."), "name:person status:status",
          Phrases("The {o} {id} belongs to {name} and is {status}.")),
    _Verb(("cancel_{s}", "{s}_cancel"), ("Cancel a {o}", "Cancels the {o} with the given id"), "id",
          Phrases("Cancel {o} {id}.", "Please cancel the {o} {id}", "I want to cancel {o} {id}.",
                  "~Could you cancel the {o} {id}?"), "done:boolean", Phrases("The {o} {id} is "
                  "cancelled.")),
    _Verb(("delete_{s}", "remove_{s}"), ("Delete a {o}", "Removes a {o} for good"), "id",
          Phrases("Delete {o} {id}.", "Remove the {o} {id}.", "Please delete {o} {id}", "~Take the "
          "{o} {id} "
          "out, "
          "delete "
          "it."),
          "done:boolean", Phrases("The {o} {id} is deleted.")),
    _Verb(("create_{s}", "add_{s}", "new_{s}"), ("Create a new {o}", "Adds a {o} with a name"),
    "name",
          Phrases("Create a {o} called {name}.", "Add a new {o} named {name}.", "I need a new {o}, "
          "name it {name}.",
                  "~Make a new {o} with the name {name}."), "id:code", Phrases("The {o} {name} has "
                  "the id {id}.")),
    _Verb(("find_{s}", "search_{s}"), ("Find a {o} by name", "Searches for a {o}"), "name",
          Phrases("Find the {o} {name}.", "Search for the {o} called {name}.", "Is there a {o} "
          "named {name}?",
                  "~Look for a {o} with the name {name}."), "id:code", Phrases("I found the {o} "
                  "{name}: its id is "
                  "{id}.")),
    _Verb(("update_{s}", "change_{s}_date", "move_{s}"), ("Move a {o} to another date", "Change "
    "the date "
    "of a {o}"),
    "id+date",
          Phrases("Move {o} {id} to {date}.", "Change the date of {o} {id} to {date}.", "Please "
          "put {o} "
          "{id} on "
          "{date}",
                  "~The {o} {id} should be moved to {date}."), "done:boolean", Phrases("The {o} "
                  "{id} is "
                  "now on "
                  "{date}.")),
    _Verb(("list_{ss}", "all_{ss}"), ("List all {os} of a day", "Which {os} there are on a date"),
    "date",
          Phrases("Which {os} are there on {date}?", "List the {os} of {date}.", "Show all {os} on "
          "{date}",
                  "~Give me every {o} of {date}."), "count:count", Phrases("There are {count} {os} "
                  "on {date}.")),
    _Verb(("assign_{s}", "{s}_owner"), ("Assign a {o} to a person", "Gives a {o} to somebody"),
    "id+person",
          Phrases("Assign {o} {id} to {person}.", "Give {o} {id} to {person}.", "{person} should "
          "take {o} {id}.",
                  "~Could you assign the {o} {id} to {person}?"), "done:boolean", Phrases("The {o} "
                  "{id} "
                  "now "
                  "belongs to "
                  "{person}.")),
    _Verb(("book_{s}", "reserve_{s}"), ("Book a {o} for a day", "Reserves a {o} on a date"),
    "date+count",
          Phrases("Book a {o} for {count} people on {date}.", "Reserve a {o} on {date} for {count} "
          "people.",
                  "~Please reserve a {o} for {count} people on {date}."), "id:code", Phrases("Your "
                  "{o} "
                  "on "
                  "{date} is "
                  "booked: {id}.")),
    _Verb(("rate_{s}", "review_{s}"), ("Rate a {o}", "Gives a {o} points"), "id+level",
          Phrases("Rate {o} {id} with {level} points.", "Give {level} points to {o} {id}.",
                  "~The {o} {id} gets {level} points from me."), "done:boolean", Phrases("The {o} "
                  "{id} got "
                  "{level} "
                  "points.")),
)  # fmt: skip
_TAKEN = {
    "id": "id|{s}_id|identifier code The {o}'s id",
    "name": "name|{s}_name|title name The {o}'s name",
    "date": "date|day date The day, YYYY-MM-DD",
    "person": "person|assignee|owner person The person",
    "count": "count|people count How many people",
    "level": "level|points|score level How many points",
}


def _objects(held_out: bool) -> list[str]:
    return [name for name in _OBJECTS if is_held_out(name) == held_out]


_OBJECTS_OF = {side: _objects(side) for side in (False, True)}


def any_thing(draw: Draw) -> str:
    """A thing that exists, or one that does not."""
    return draw.word() if draw.chance(0.3) else draw.choice(_OBJECTS_OF[draw.held_out])


def made_tool(draw: Draw, thing: str) -> Tool:
    """A tool that does one of the usual things with a thing."""
    verb = draw.choice(_VERBS)

    def filled(text: str) -> str:
        text = text.replace("a {o}", with_article(thing)).replace("{o}", thing)
        text = text.replace("{os}", plural(thing)).replace("{s}", thing.replace(" ", "_"))
        return text.replace("{ss}", plural(thing).replace(" ", "_"))

    requests = Phrases(*map(filled, verb.requests.trained))
    requests.held_out = tuple(map(filled, verb.requests.held_out))
    return Tool(
        tuple(map(filled, verb.names)),
        tuple(map(filled, verb.about)),
        _parameters("; ".join(filled(_TAKEN[kind]) for kind in verb.takes.split("+"))),
        requests,
        dict(part.split(":") for part in verb.results.split()),
        Phrases(*map(filled, verb.answers.trained)),
    )


# ---- A tool in one conversation: names chosen, values drawn


class Offered(NamedTuple):
    tool: Tool
    name: str
    keys: dict[str, str]  # a parameter's first name → the name it has here
    definition: dict[str, Any]


def _property(draw: Draw, parameter: Parameter) -> dict[str, Any]:
    described: dict[str, Any] = {"type": _JSON_TYPES.get(parameter.kind, "string")}
    if draw.chance(0.6):
        described["description"] = parameter.about
    if (
        parameter.kind in ENUMS
        and parameter.kind not in ("language", "currency")
        and draw.chance(0.7)
    ):
        described["enum"] = list(ENUMS[parameter.kind])
    return described


def offer(draw: Draw, chosen: Tool) -> Offered:
    name = draw.choice(chosen.names)
    if draw.chance(0.1):
        head, *rest = name.split("_")
        name = head + "".join(part.capitalize() for part in rest)
    keys = {
        p.names[0]: p.names[0] if draw.chance(0.6) else draw.choice(p.names)
        for p in chosen.parameters
    }
    if len(set(keys.values())) < len(keys):
        keys = {key: key for key in keys}
    properties = {keys[p.names[0]]: _property(draw, p) for p in chosen.parameters}
    required = [keys[p.names[0]] for p in chosen.parameters if not p.optional]
    parameters = {"type": "object", "properties": properties, "required": required}
    definition = {"name": name, "description": draw.choice(chosen.about), "parameters": parameters}
    return Offered(chosen, name, keys, definition)


def request_and_arguments(
    draw: Draw, offered: Offered
) -> tuple[str, dict[str, Any], dict[str, str]]:
    """What the user says, the arguments of the call, and the values as said."""
    template = draw.phrase(offered.tool.requests)
    said: dict[str, str] = {}
    arguments: dict[str, Any] = {}
    for parameter in offered.tool.parameters:
        key = parameter.names[0]
        if "{" + key + "}" not in template:
            continue
        said[key], arguments[offered.keys[key]] = KINDS[parameter.kind](draw)
    # One pass, so that a value's own braces or words stay as they are.
    for key, text in said.items():
        template = template.replace("{" + key + "}", text)
    return template, arguments, said


def result_of(draw: Draw, offered: Offered) -> tuple[dict[str, Any], dict[str, str]]:
    """The tool's result, and its members as text."""
    result, texts = {}, {}
    for name, kind in offered.tool.results.items():
        said, value = KINDS[kind](draw)
        if kind == "date":
            said = value
        if kind == "amount":
            said = json.dumps(value)
        result[name], texts[name] = value, said or str(value)
    return result, texts
