"""Fields taken out of a text as JSON: invoices, contacts, meetings and orders.

The model keeps to these rules, whatever the text looks like: the keys are those that were asked
for, in that order; dates become YYYY-MM-DD and amounts plain numbers, unless the prompt wants them
as written; what the text does not tell is null; the reply is the JSON object alone, on one line.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import values
from .draw import Draw, Phrases, capitalised
from .turns import Call, Dialogue, Turn

SKILL = "extraction"


@dataclass
class Field:
    names: tuple[str, ...]  # what programs call it
    about: str  # its description
    kind: str  # "string", "number", "integer" or "date"
    written: str  # as the text has it; empty when the text does not tell
    value: Any  # as the JSON has it


def _text(names: str, about: str, value: str) -> Field:
    return Field(tuple(names.split()), about, "string", value, value)


def _date(draw: Draw, names: str, about: str) -> Field:
    value = values.day(draw)
    return Field(
        tuple(names.split()), about, "date", values.written(draw, value), value.isoformat()
    )


def _amount(draw: Draw, names: str, about: str) -> Field:
    amount = values.cents(draw)
    text = values.amount_text(amount, draw.chance(0.5))
    return Field(tuple(names.split()), about, "number", text, values.amount_number(amount))


def _currency(draw: Draw) -> Field:
    code = draw.choice(tuple(values.CURRENCIES.values()))
    return Field(("currency", "currency_code"), "three-letter currency code", "string", code, code)


def _count(names: str, about: str, number: int) -> Field:
    return Field(tuple(names.split()), about, "integer", str(number), number)


Fields = dict[str, Field]


def _invoice(draw: Draw) -> Fields:
    return {
        "id": _text("invoice_number number invoice_no invoiceNumber invoice_id", "the invoice's "
        "number",
                    values.code(draw)),
        "vendor": _text("vendor vendor_name seller supplier issuer", "who sent the invoice",
                        values.company(draw)),
        "customer": _text("customer customer_name buyer client bill_to", "who has to pay",
                          values.full_name(draw) if draw.chance(0.5) else values.company(draw)),
        "date": _date(draw, "date invoice_date invoiceDate issued issue_date", "the day it was "
        "written"),
        "due": _date(draw, "due_date dueDate due payment_due", "the day by which to pay"),
        "total": _amount(draw, "total amount total_amount totalAmount amount_due",
        "the sum to pay"),
        "currency": _currency(draw),
    }  # fmt: skip


def _contact(draw: Draw) -> Fields:
    person = values.full_name(draw)
    return {
        "name": _text("name full_name contact_name person", "the person's full name", person),
        "company": _text("company employer organization organisation", "where the person works",
                         values.company(draw)),
        "email": _text("email email_address mail e_mail", "the email address",
                       values.email(draw, person if draw.chance(0.5) else "")),
        "phone": _text("phone phone_number telephone tel", "the telephone number",
        values.phone(draw)),
        "job": _text("job_title title role position", "the person's job", draw.choice(values.JOBS)),
        "city": _text("city town location", "the city", values.city(draw)),
    }  # fmt: skip


def _meeting(draw: Draw) -> Fields:
    return {
        "title": _text("title event subject event_name name", "what it is called",
        values.title(draw)),
        "date": _date(draw, "date day event_date on", "the day it takes place"),
        "time": _text("time start_time start starts_at", "when it starts", values.clock(draw)),
        "place": _text("location place venue city where", "where it takes place",
        values.city(draw)),
        "who": _text("organizer organiser host contact", "who invites", values.full_name(draw)),
        "count": _count("participants attendees guests seats", "how many people take part",
                        draw.integer(2, 300)),
    }  # fmt: skip


def _order(draw: Draw) -> Fields:
    return {
        "id": _text("order_id order_number orderId order", "the order's number", values.code(draw)),
        "customer": _text("customer customer_name name ordered_by", "who ordered",
        values.full_name(draw)),
        "product": _text("product item product_name article", "what was ordered",
        values.product(draw)),
        "count": _count("quantity count amount qty", "how many pieces", draw.integer(2, 120)),
        "price": _amount(draw, "price unit_price total cost", "the price"),
        "date": _date(draw, "delivery_date date delivered_by arrival_date", "the day of delivery"),
        "place": _text("address delivery_address ship_to shipping_address", "where it is sent",
                       values.address(draw)),
    }  # fmt: skip


# Parts of the text, each for the fields it names in braces. A part stands only if all are told.
_PARTS: dict[str, tuple[Phrases, ...]] = {
    "invoice": (
        Phrases("Invoice {id} from {vendor}", "{vendor}, invoice no. {id}", "INVOICE "
        "{id}\n{vendor}",
                "This is invoice {id} of {vendor}", "{vendor} sends you the invoice {id}",
                "~Please find attached invoice {id} by {vendor}"),
        Phrases("dated {date}", "Date: {date}", "Invoice date: {date}", "It was issued on {date}",
                "written on {date}", "~Issued {date}"),
        Phrases("Bill to: {customer}", "Customer: {customer}", "for {customer}", "To {customer}",
                "The customer is {customer}", "~Billed to {customer}"),
        Phrases("Total: {total} {currency}", "Total amount: {currency} {total}",
                "Amount due: {total} {currency}", "The total is {total} {currency}",
                "{customer} owes {total} {currency}", "Please pay {total} {currency}",
                "~Sum to pay: {currency} {total}"),
        Phrases("Payment due {due}", "Due date: {due}", "Please pay by {due}", "Payable until "
        "{due}",
                "The payment is due on {due}", "~To be paid by {due}"),
    ),
    "contact": (
        Phrases("{name}", "My name is {name}", "I am {name}", "Contact: {name}", "Name: {name}",
                "Please talk to {name}", "Yesterday I met {name}", "~You can speak with {name}"),
        Phrases("{job} at {company}", "works at {company} as a {job}", "Position: {job}\nCompany: "
        "{company}",
                "{company}, {job}", "I work as a {job} for {company}", "~employed at {company} as "
                "{job}"),
        Phrases("Email: {email}", "Write to {email}", "mail: {email}", "<{email}>", "e-mail "
        "{email}",
                "The address for mails is {email}", "~Mails go to {email}"),
        Phrases("Phone: {phone}", "Tel. {phone}", "Call {phone}", "phone {phone}", "My number is "
        "{phone}",
                "~Reach me at {phone}"),
        Phrases("{city}", "City: {city}", "based in {city}", "lives in {city}", "I live in {city}",
                "~Office in {city}"),
    ),
    "meeting": (
        Phrases("{title}", "You are invited to the {title}", "Event: {title}", "Subject: {title}",
                "We will hold the {title}", "~Invitation: {title}"),
        Phrases("on {date} at {time}", "Date: {date}\nTime: {time}", "It starts on {date} at "
        "{time}",
                "When: {date}, {time}", "{date}, {time}", "~It is on {date} and starts at {time}"),
        Phrases("in {place}", "Where: {place}", "Location: {place}", "It takes place in {place}",
                "~Venue: {place}"),
        Phrases("{who} invites you", "Host: {who}", "Your host is {who}", "organised by {who}",
                "Questions? Ask {who}", "~{who} is the host"),
        Phrases("{count} people will come", "We expect {count} guests", "Participants: {count}",
                "There are {count} seats", "for {count} people", "~{count} people take part"),
    ),
    "order": (
        Phrases("Order {id}", "Your order {id}", "Order number: {id}", "Re: order {id}",
                "I am writing about my order {id}", "~This concerns order {id}"),
        Phrases("Customer: {customer}", "Hello {customer}", "ordered by {customer}", "for "
        "{customer}",
                "{customer} ordered this", "~The customer's name is {customer}"),
        Phrases("{count} x {product}", "{count} pieces of {product}", "Item: {product}, quantity "
        "{count}",
                "You bought {count} of our {product}", "Product: {product}\nQuantity: {count}",
                "~{product} ({count} pieces)"),
        Phrases("Price: {price}", "at {price} each", "It costs {price}", "for {price} euros",
        "${price}",
                "~The price is {price}"),
        Phrases("Ship to: {place}", "Address: {place}", "It goes to {place}", "Delivery address: "
        "{place}",
                "~Send it to {place}"),
        Phrases("Delivery on {date}", "It will arrive on {date}", "Delivered by {date}",
                "Expected delivery: {date}", "~Arrives {date}"),
    ),
}  # fmt: skip
_MAKERS: dict[str, Callable[[Draw], Fields]] = {
    "invoice": _invoice,
    "contact": _contact,
    "meeting": _meeting,
    "order": _order,
}
_FILLER = Phrases.parse(
    "Thank you for your business.;Best regards;Hello,;Dear customer,;Please keep this for your "
    "records.;"
    "Kind regards;See you soon!;Have a nice day.;If you have questions, write to us.;Thanks a lot!;"
    "Let me know if anything is unclear.;We are glad to help.;---;Many thanks;Hi there,;Good "
    "morning,"
)


def _needs(part: str, fields: Fields) -> list[str]:
    return [key for key in fields if "{" + key + "}" in part]


def _label(draw: Draw, field: Field) -> str:
    """A field's name as a form shows it: invoice_no → Invoice no."""
    name = draw.choice(field.names)
    spaced = "".join(f" {mark.lower()}" if mark.isupper() else mark for mark in name)
    return capitalised(spaced.replace("_", " ").strip())


def _write(draw: Draw, kind: str, fields: Fields) -> tuple[str, set[str]]:
    """A text that tells the fields, in some layout; and which of them it tells."""
    parts, told = [], set()
    labelled = draw.chance(0.25)  # "Invoice number: …", as forms and exports have it
    for phrases in _PARTS[kind]:
        if draw.chance(0.1):
            continue
        template = draw.phrase(phrases)
        keys = _needs(template, fields)
        if labelled:
            template = "\n".join(f"{_label(draw, fields[key])}: {{{key}}}" for key in keys)
        told.update(keys)
        for key in keys:
            template = template.replace("{" + key + "}", fields[key].written)
        parts.append(template)
    if not told:
        return _write(draw, kind, fields)
    if draw.chance(0.3):
        parts = draw.shuffled(parts)
    if draw.chance(0.4):
        parts.insert(draw.choice((0, len(parts))), draw.phrase(_FILLER))
    form = draw.choice(("lines", "sentences", "commas", "lines", "sentences", "bars"))
    if form == "lines":
        return "\n".join(parts), told
    if form == "sentences":
        return " ".join(capitalised(part).rstrip(".,") + "." for part in parts), told
    return (", " if form == "commas" else " | ").join(part.rstrip(".,") for part in parts), told


ORDERS = Phrases(
    "Extract the following fields from the {k} and return [them as |]JSON: {f}.",
    "Extract {f} from this {k} as JSON.",
    "Extract the {k}'s {f} as [a |]JSON[ object|].",
    "Return a JSON object with these keys: {f}.",
    "Return a JSON object with the keys {f}. Return ONLY the JSON object, no other text.",
    "Extract the following information from the text and return as JSON.\nFields: {f}",
    "Read the {k} and give me {f} as JSON[ only|].",
    "Turn this {k} into JSON with the fields {f}.",
    "Parse this {k}. Output JSON with {f}.",
    "Get {f} out of the text. Reply in JSON.",
    "[Please e|E]xtract these fields: {f}. Output format: JSON.",
    "From the text below, extract {f}. Return only valid JSON.",
    "~Pull {f} out of this {k} and reply with JSON only.",
    "~Convert the {k} below to a JSON object with the keys {f}.",
)
SCHEMA_ORDERS = Phrases(
    "Extract the following information from the text and return as JSON.\n\nSchema: {f}",
    "Extract the data from this {k}. Use this schema:\n{f}",
    "Return JSON that matches this schema: {f}",
    "Extract structured data as JSON.\nSchema: {f}\nReturn ONLY valid JSON, no explanation.",
    "Fill this JSON from the text: {f}",
    "~Extract the {k} into this JSON format:\n{f}",
)
LIST_ORDERS = Phrases(
    "Extract these fields from the {k} as JSON:\n{f}",
    "Return a JSON object with:\n{f}",
    "You extract data from texts. Fields:\n{f}\nAnswer with JSON only.",
    "~Read the {k} and answer with JSON. The fields are:\n{f}",
)
PLACES = Phrases(
    "{o}\n\n{t}", "{o}\n\nText:\n{t}", "{o}\n\nText: {t}", "{t}\n\n{o}",
    "{o}\n<text>\n{t}\n</text>",
    '{o}\n\n"""\n{t}\n"""', "{o}\n\n<document>\n{t}\n</document>", "{o}\nInput: {t}\nOutput:",
    "{o}\n---\n{t}\n---", "~{o}\n\nHere is the text:\n{t}", "~<input>\n{t}\n</input>\n\n{o}",
)  # fmt: skip
AS_WRITTEN = Phrases(
    "Keep [dates and amounts|all values] as written.", "Copy values exactly as they stand.",
    "~Copy all values as they are written.",
)  # fmt: skip
ISO = Phrases(
    "Dates as YYYY-MM-DD.", "Use ISO dates.", "Write dates as YYYY-MM-DD.", "~Dates in ISO format."
)
SYSTEMS = Phrases(
    "You extract data and reply with JSON only.", "You are a data extraction [assistant|service].",
    "You are a helpful assistant.", "[Reply|Answer] with JSON only.", "You turn texts into JSON.",
    "~You are an extraction engine. Output JSON.",
)  # fmt: skip
_JSON_KIND = {"string": "string", "number": "number", "integer": "integer", "date": "string"}


def _schema(asked: list[tuple[str, Field]], nullable: bool = True) -> dict[str, Any]:
    properties = {}
    for name, field in asked:
        kind = _JSON_KIND[field.kind]
        properties[name] = {"type": [kind, "null"] if nullable else kind}
    return {"type": "object", "properties": properties, "required": [name for name, _ in asked]}


def _named(draw: Draw, keys: list[str], fields: Fields) -> list[tuple[str, Field]]:
    """The fields with the names a program gives them; no name twice."""
    style = draw.choice(("any", "any", "first", "upper"))
    named: dict[str, Field] = {}
    for key in keys:
        field = fields[key]
        name = field.names[0] if style == "first" else draw.choice(field.names)
        if style == "upper" and draw.chance(0.3):
            name = capitalised(name)
        named.setdefault(name, field)
    return list(named.items())


def _order_text(draw: Draw, kind: str, asked: list[tuple[str, Field]]) -> str:
    form = draw.choice(("names", "names", "schema", "list", "json_schema"))
    if form == "names":
        listed = ", ".join(name for name, _ in asked)
        return draw.phrase(ORDERS, k=kind, f=listed)
    if form == "schema":
        shown = {name: field.about if draw.chance(0.2) else field.kind for name, field in asked}
        return draw.phrase(SCHEMA_ORDERS, k=kind, f=json.dumps(shown))
    if form == "json_schema":
        return draw.phrase(SCHEMA_ORDERS, k=kind, f=json.dumps(_schema(asked, draw.chance(0.5))))
    lines = "\n".join(f"- {name}: {field.about}" for name, field in asked)
    return draw.phrase(LIST_ORDERS, k=kind, f=lines)


def dumped(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def extract(draw: Draw) -> Dialogue:
    kind = draw.weighted({"invoice": 3, "contact": 3, "meeting": 3, "order": 1.5})
    fields = _MAKERS[kind](draw)
    text, told = _write(draw, kind, fields)
    keys = draw.sample(list(fields), draw.integer(1, min(6, len(fields))))
    if draw.chance(0.5):
        keys.sort(key=list(fields).index)
    asked = _named(draw, keys, fields)
    order = _order_text(draw, kind, asked)
    verbatim = draw.chance(0.12)
    if verbatim:
        order += " " + draw.phrase(AS_WRITTEN)
    elif draw.chance(0.2):
        order += " " + draw.phrase(ISO)
    by_identity = {id(fields[key]) for key in told}
    found = {
        name: (field.written if verbatim else field.value) if id(field) in by_identity else None
        for name, field in asked
    }
    answer = dumped(found)
    thought = _thought(asked, found)
    schema = _schema(asked) if draw.chance(0.3) else None
    check = {"kind": "json", "answer": found, "type": kind}
    if draw.chance(0.35):
        system = (draw.phrase(SYSTEMS) + " " if draw.chance(0.3) else "") + order
        user = text
    else:
        system = draw.phrase(SYSTEMS) if draw.chance(0.3) else ""
        user = draw.phrase(PLACES, o=order).replace("{t}", text)
    turns = [Turn("user", user), Turn("assistant", answer, thought)]
    return Dialogue(SKILL, turns, system, check=check, schema=schema)


def _thought(asked: list[tuple[str, Field]], found: dict[str, Any]) -> str:
    lines = [
        f"{name}: {field.written}" if found[name] is not None else f"{name}: not told"
        for name, field in asked
    ]
    return "\n".join(lines)


TOOL_REQUESTS = Phrases(
    "Extract the data from this {k}:\n\n{t}", "Extract data from: {t}", "{t}", "Save this {k}: {t}",
    "Record this {k}.\n\n{t}", "Please read this {k}:\n{t}", "~Here is a {k}, please extract "
    "it:\n{t}",
)  # fmt: skip


def extract_by_tool(draw: Draw) -> Dialogue:
    """Structured extraction through a tool, often a forced one."""
    kind = draw.choice(tuple(_MAKERS))
    fields = _MAKERS[kind](draw)
    text, told = _write(draw, kind, fields)
    keys = [key for key in fields if key in told and draw.chance(0.75)] or [next(iter(told))]
    asked = _named(draw, keys, fields)
    properties = {}
    for name, field in asked:
        properties[name] = {"type": _JSON_KIND[field.kind]}
        if draw.chance(0.3):
            properties[name]["description"] = field.about
        if field.kind == "date" and draw.chance(0.3):
            properties[name]["format"] = "date"
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    name = draw.choice(("extract_{k}", "save_{k}", "record_{k}", "{k}_data", "store_{k}")).replace(
        "{k}", kind
    )
    about = draw.choice(
        (f"Extract {kind} data from the provided text", f"Stores the data of one {kind}")
    )
    tool = {"name": name, "description": about, "parameters": parameters}
    call = Call(name, {key: field.value for key, field in asked})
    user = draw.phrase(TOOL_REQUESTS, k=kind).replace("{t}", text)
    turns = [Turn("user", user), Turn("assistant", calls=[call], forced=draw.chance(0.6))]
    return Dialogue(
        SKILL, turns, "", [tool], check={"kind": "call", "calls": [[name, call.arguments]]}
    )
