"""The tools that examples and agents have: weather, orders, mail, calendars, money, files.

Of each: its names; its descriptions; its parameters (names, kind of value, description; `?` marks
an optional one); requests, those with ~ for the evaluation; what it gives back; answers from that.
"""

from __future__ import annotations

from .tool_kinds import Tool, tool

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
         "What day is it today?; What is today's date?; Which date is it?; Tell me the date.; "
         "What's the date today?; ~Can you say which date it is today?", "date:date",
         "Today is {date}.; "
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
