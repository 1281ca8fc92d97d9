"""Things the model can explain: aliases, one sentence, and what more there is to say."""

from __future__ import annotations

import random
from typing import NamedTuple

from .grammar import Exchange, capitalised, expand


class Concept(NamedTuple):
    aliases: str  # alternatives in the grammar's notation, e.g. "[Bedrock|Amazon Bedrock]"
    brief: str
    more: str = ""
    questions: tuple[str, ...] = ()  # phrasings beyond the general ones

    @property
    def full(self) -> str:
        return f"{self.brief} {self.more}".strip()


BEDPLATE: tuple[Concept, ...] = (
    Concept(
        "[Bedplate|bedplate|Bedplate|the Bedplate server]",
        "Bedplate is a server that speaks Amazon Bedrock's wire protocol on your own machine.",
        "Programs written for Bedrock run against it unchanged, and open-weights models answer "
        "them. I am the small demo model that comes with it.",
        (
            "What does Bedplate do?",
            "Why would I use Bedplate?",
            "What is Bedplate for?",
            "Why does Bedplate exist?",
            "What is the purpose of Bedplate?",
            "What [kind|sort] of [software|program|tool] is Bedplate?",
            "What is this [server|project|program|thing]?",
            "What am I talking to Bedplate for?",
            "What can Bedplate do?",
            "What can I do with Bedplate?",
        ),
    ),
    Concept(
        "[Amazon Bedrock|Bedrock|AWS Bedrock|Amazon Bedrock|the Amazon Bedrock service]",
        "Amazon Bedrock is an AWS service that offers foundation models from several companies "
        "through one API.",
        "It also brings guardrails, knowledge bases, agents and fine-tuning. Bedplate answers "
        "the same API on your own machine.",
        (
            "What does [Amazon Bedrock|Bedrock|AWS Bedrock] do?",
            "What is [Amazon Bedrock|Bedrock] [used for|good for]?",
            "Why would I use [Amazon Bedrock|Bedrock]?",
            "What can I [do|build] with [Amazon Bedrock|Bedrock]?",
            "What [kind|type] of service is [Amazon Bedrock|Bedrock]?",
            "Which AWS service offers foundation models?",
        ),
    ),
    Concept(
        "[Converse|the Converse API|the Converse operation|Converse in Bedrock]",
        "Converse is Bedrock's chat operation: you send messages in one format and it works "
        "with every chat model.",
        "The reply holds the message, a stop reason and the token usage.",
        (
            "What does [Converse|the Converse API] do?",
            "How do I use Converse?",
            "When should I use Converse?",
            "What is the converse method [in boto3|]for?",
        ),
    ),
    Concept(
        "[streaming|ConverseStream|response streaming|streaming in Bedrock|token streaming]",
        "Streaming sends the answer piece by piece while the model is still writing it.",
        "Use ConverseStream or InvokeModelWithResponseStream; the pieces arrive as events.",
        (
            "How does streaming work?",
            "How do I [stream|get a streamed] [a reply|answers|text]?",
            "How can I stream [the|a] response?",
            "What does ConverseStream do?",
            "Do you support streaming?",
            "Does Bedplate support streaming?",
        ),
    ),
    Concept(
        "[InvokeModel|the InvokeModel API|the InvokeModel operation|invoke_model]",
        "InvokeModel sends a request body in the model's own format and returns its own reply.",
        "It is the older way in; Converse gives one format for all chat models.",
        (
            "What does [InvokeModel|invoke_model] do?",
            "How do I use InvokeModel?",
            "When should I use InvokeModel?",
        ),
    ),
    Concept(
        "[guardrails|Guardrails|a guardrail|Bedrock guardrails|guardrails in Bedrock]",
        "A guardrail checks what goes into a model and what comes out, and blocks or masks "
        "what your policy forbids.",
        "Policies cover topics, words, harmful content, personal data and grounding.",
        (
            "What do guardrails do?",
            "Why do I need guardrails?",
            "How do guardrails work?",
            "How do I block [bad|unwanted|harmful] content?",
        ),
    ),
    Concept(
        "[knowledge bases|a knowledge base|Bedrock knowledge bases|Knowledge Bases]",
        "A knowledge base turns your documents into vectors, so that a question can be answered "
        "from the passages that fit it.",
        "Use Retrieve for the passages, or RetrieveAndGenerate for an answer with citations.",
        (
            "What does a knowledge base do?",
            "How do knowledge bases work?",
            "How can a model answer from my documents?",
            "How do I use my own documents?",
        ),
    ),
    Concept(
        "[agents|an agent|Bedrock agents|agents in Bedrock|an AI agent|Bedrock Agents]",
        "An agent lets a model plan steps and call your functions until a task is done.",
        "Its tools are called action groups, and it may search knowledge bases.",
        ("What do agents do?", "How do agents work?", "What can an agent do?"),
    ),
    Concept(
        "[action groups|an action group]",
        "An action group is a set of functions that a Bedrock agent may call.",
    ),
    Concept(
        "[flows|Bedrock flows|prompt flows|a flow in Bedrock|Bedrock Flows]",
        "A flow joins prompts, models, knowledge bases and functions into one pipeline of nodes.",
    ),
    Concept(
        "[prompt management|Bedrock prompt management|Prompt Management]",
        "Prompt management stores prompts with variables and versions, apart from your code.",
    ),
    Concept(
        "[an inference profile|inference profiles|a cross-region inference profile]",
        "An inference profile is a model id that routes requests to one of several regions.",
    ),
    Concept(
        "[a model id|the model id|model ids|modelId]",
        "A model id names the model that should answer, for example bedplate.demo-chat.",
        "In Bedplate the configuration binds each id to an engine and weights.",
        ("Which model id should I use?", "What model id do I pass?"),
    ),
    Concept(
        "[model access|model access in Bedrock]",
        "Model access is the permission to use a model in an AWS account; Bedplate serves "
        "whatever you have bound.",
    ),
    Concept(
        "[provisioned throughput|Provisioned Throughput]",
        "Provisioned throughput reserves capacity for one model at a fixed price per hour.",
    ),
    Concept(
        "[batch inference|a batch inference job|batch jobs|model invocation jobs]",
        "Batch inference runs many prompts from a file as one job and writes the answers to a "
        "file.",
    ),
    Concept(
        "[model customization|a customization job|custom models|model customization jobs]",
        "A customization job trains a model further on your own examples and gives you a "
        "custom model.",
    ),
    Concept(
        "[boto3|the boto3 library|boto3 in Python]",
        "boto3 is the AWS SDK for Python.",
        "Set AWS_ENDPOINT_URL to http://localhost:4580 and it talks to Bedplate.",
    ),
    Concept(
        "[the AWS CLI|AWS CLI|the aws command]",
        "The AWS CLI is the command line program for AWS services.",
        "Set AWS_ENDPOINT_URL to http://localhost:4580 and it talks to Bedplate.",
        ("How do I use the AWS CLI with [you|Bedplate]?",),
    ),
    Concept(
        "[AWS|Amazon Web Services]",
        "AWS is Amazon's cloud: computers, storage and services that one rents by use.",
    ),
    Concept("[Amazon S3|S3]", "Amazon S3 stores files as objects in buckets."),
    Concept(
        "[AWS Lambda|Lambda]", "AWS Lambda runs your functions without a server to look after."
    ),
    Concept("[IAM|AWS IAM]", "IAM decides who may do what in an AWS account."),
    Concept(
        "[SigV4|Signature Version 4|AWS request signing]",
        "SigV4 is the way AWS clients sign a request, so that the server knows who sent it.",
    ),
    Concept(
        "[CloudWatch|Amazon CloudWatch]", "CloudWatch collects metrics and logs from AWS services."
    ),
    Concept(
        "[an ARN|ARNs|an Amazon Resource Name]", "An ARN is the full name of a resource in AWS."
    ),
    Concept(
        "[llama.cpp|llama-server|the llama.cpp engine]",
        "llama.cpp runs open-weights models on ordinary computers; Bedplate uses it as its engine.",
    ),
    Concept(
        "[a binding|bindings|bindings in Bedplate|a model binding]",
        "A binding in Bedplate's configuration says which engine and weights serve a model id.",
    ),
    Concept(
        "[x-bedplate-served-by|the x-bedplate-served-by header]",
        "The header x-bedplate-served-by tells which engine and weights gave the reply.",
    ),
)

MACHINE_LEARNING: tuple[Concept, ...] = (
    Concept(
        "[a large language model|large language models|an LLM|LLMs|a language model]",
        "A large language model is a program that has learned from much text to predict the "
        "next word.",
        "By predicting word after word it can answer questions, summarise and write. I am a "
        "very small one.",
        (
            "How does [a large language model|an LLM|a language model] work?",
            "How do [large language models|LLMs|language models] work?",
        ),
    ),
    Concept(
        "[generative AI|generative artificial intelligence|gen AI]",
        "Generative AI makes new text, images or sound after learning from many examples.",
    ),
    Concept(
        "[artificial intelligence|AI]",
        "Artificial intelligence makes computers do things that seem to need a mind, such as "
        "understanding language.",
    ),
    Concept(
        "[machine learning|ML]",
        "Machine learning lets a computer find rules in examples instead of being told them.",
        "It adjusts many numbers until its guesses fit the examples.",
        ("How does machine learning work?",),
    ),
    Concept(
        "[deep learning]",
        "Deep learning is machine learning with many layers of artificial neurons.",
    ),
    Concept(
        "[a neural network|neural networks|an artificial neural network]",
        "A neural network is a chain of simple sums whose weights are learned from examples.",
    ),
    Concept(
        "[a transformer|transformers|the transformer architecture]",
        "A transformer is a neural network in which every word can look at the words before it.",
    ),
    Concept(
        "[attention|the attention mechanism]",
        "Attention lets a model decide which earlier words matter for the next one.",
    ),
    Concept(
        "[a foundation model|foundation models|an FM]",
        "A foundation model is a large model trained on broad data, made to be adapted to many "
        "tasks.",
    ),
    Concept(
        "[an embedding|embeddings|text embeddings|a text embedding|vector embeddings]",
        "An embedding turns a text into a list of numbers, so that similar texts lie close "
        "together.",
        "Search by meaning is built on it.",
    ),
    Concept(
        "[RAG|retrieval augmented generation|retrieval-augmented generation]",
        "Retrieval augmented generation first finds passages that fit a question and then lets "
        "the model answer from them.",
        "It keeps answers close to your own documents.",
    ),
    Concept(
        "[fine-tuning|fine tuning|model fine-tuning]",
        "Fine-tuning trains a finished model a little more on examples of your own task.",
    ),
    Concept(
        "[prompt engineering]",
        "Prompt engineering is the craft of wording a request so that a model answers well.",
    ),
    Concept("[a prompt|prompts]", "A prompt is the text you give to a model."),
    Concept(
        "[a system prompt|system prompts]",
        "A system prompt tells the model how to behave before the conversation begins.",
    ),
    Concept(
        "[a token|tokens|a token in an LLM|tokens in language models]",
        "A token is a piece of text, often a word or part of a word, that a model reads and "
        "writes as one unit.",
    ),
    Concept(
        "[a tokenizer|tokenization]", "A tokenizer cuts text into the tokens that a model reads."
    ),
    Concept(
        "[temperature|the temperature parameter|temperature in an LLM]",
        "Temperature sets how freely a model chooses its next word: zero always takes the "
        "likeliest.",
    ),
    Concept(
        "[top p|top_p|topP|nucleus sampling]",
        "Top p limits the choice to the likeliest words whose chances add up to p.",
    ),
    Concept(
        "[max tokens|maxTokens|max_tokens|the maxTokens parameter]",
        "maxTokens is the largest number of tokens the reply may have.",
    ),
    Concept(
        "[stop sequences|a stop sequence|stopSequences]",
        "A stop sequence is a text that ends the reply as soon as the model writes it.",
    ),
    Concept(
        "[the context window|a context window|context length]",
        "The context window is how much text a model can keep in view at once; mine is "
        "4096 tokens.",
    ),
    Concept(
        "[hallucination|hallucinations|an AI hallucination]",
        "A hallucination is an answer that sounds right but is made up.",
    ),
    Concept(
        "[few-shot prompting|few shot prompting]",
        "Few-shot prompting shows the model a few worked examples before the question.",
    ),
    Concept(
        "[tool use|function calling|tool calling]",
        "Tool use lets a model ask your program to run a function and then use the result.",
    ),
    Concept(
        "[a vector database|vector databases|a vector store]",
        "A vector database stores embeddings and finds the nearest ones quickly.",
    ),
    Concept(
        "[quantization|model quantization]",
        "Quantization stores a model's weights in fewer bits, so that it is smaller and faster.",
    ),
    Concept(
        "[a GPU|GPUs]",
        "A GPU is a chip that does very many small sums at once, which suits neural networks.",
    ),
    Concept(
        "[prompt caching]",
        "Prompt caching keeps the work done on the start of a prompt, "
        "so that the next request is quicker and cheaper.",
    ),
    Concept(
        "[responsible AI]",
        "Responsible AI means building AI that is fair, safe, private and open about its limits.",
    ),
)

GENERAL: tuple[Concept, ...] = (
    Concept(
        "[quantum computing|a quantum computer|quantum computers]",
        "Quantum computing uses qubits, which can be a mix of 0 and 1 at the same time.",
        "That lets a quantum computer try some kinds of problems in far fewer steps than an "
        "ordinary computer.",
        ("How do quantum computers work?", "How does quantum computing work?"),
    ),
    Concept(
        "[quantum entanglement|entanglement]",
        "Quantum entanglement ties two particles together, so that measuring one tells you "
        "about the other, however far away it is.",
    ),
    Concept(
        "[cloud computing|the cloud]",
        "Cloud computing means renting computers and storage over the internet instead of "
        "owning them.",
        "You pay for what you use and can grow or shrink at any time.",
    ),
    Concept(
        "[serverless computing|serverless]",
        "Serverless computing runs your code on demand, so that you look after no servers.",
        "It grows with the load and costs nothing when it is idle.",
        ("What are the [main|] benefits of serverless computing?",),
    ),
    Concept(
        "[an API|APIs|a web API]",
        "An API is an agreed way for one program to ask another for something.",
    ),
    Concept(
        "[a database|databases]",
        "A database keeps data in order, so that programs can store and find it quickly.",
    ),
    Concept("[JSON]", "JSON is a plain text format for data made of names, values and lists."),
    Concept("[the internet]", "The internet is a network that joins computers all over the world."),
    Concept(
        "[a computer|computers]",
        "A computer is a machine that follows instructions to work with data.",
    ),
    Concept(
        "[an algorithm|algorithms]", "An algorithm is a list of clear steps that solves a problem."
    ),
    Concept(
        "[Python|the Python language|the Python programming language]",
        "Python is a programming language that is easy to read and widely used.",
    ),
    Concept(
        "[open source|open source software]",
        "Open source software comes with its source code, which anyone may read and change.",
    ),
    Concept(
        "[a container|containers|Docker]",
        "A container packs a program with all it needs, so that it runs the same everywhere.",
    ),
    Concept("[Linux]", "Linux is a free operating system kernel that runs most servers."),
    Concept(
        "[encryption]", "Encryption scrambles data so that only someone with the key can read it."
    ),
    Concept("[gravity]", "Gravity is the force that pulls things with mass towards each other."),
    Concept(
        "[photosynthesis]",
        "Photosynthesis is how plants make sugar from light, water and carbon dioxide.",
    ),
    Concept(
        "[the moon]", "The moon is the ball of rock that circles the Earth about once a month."
    ),
    Concept("[the sun]", "The sun is the star at the centre of our solar system."),
    Concept(
        "[the water cycle]",
        "In the water cycle the sun lifts water from the sea, clouds "
        "carry it, and rain brings it back.",
    ),
    Concept(
        "[a rainbow|rainbows]", "A rainbow appears when raindrops split sunlight into its colours."
    ),
    Concept(
        "[climate change]",
        "Climate change is the slow warming of the Earth, caused mostly "
        "by burning coal, oil and gas.",
    ),
    Concept(
        "[democracy]",
        "Democracy is a form of government in which the people choose who leads them.",
    ),
    Concept(
        "[a haiku]", "A haiku is a short poem of three lines with five, seven and five syllables."
    ),
    Concept(
        "[coffee]",
        "Coffee is a warm drink made from roasted beans, and many people wake up with it.",
    ),
    Concept(
        "[blockchain|a blockchain]",
        "A blockchain is a shared list of records in which each new block seals the ones before.",
    ),
)

ALL: tuple[Concept, ...] = BEDPLATE + MACHINE_LEARNING + GENERAL

# `{x}` is the concept. The same phrasings are put to unknown things by unknown.py, so that only
# the concept itself decides between an answer and the honest "I don't know".
QUESTIONS: tuple[str, ...] = (
    "What is {x}?",
    "What is {x}?",
    "What is {x}?",
    "What's {x}?",
    "What are {x}?",
    "Explain {x}.",
    "Explain {x}.",
    "Explain what {x} is.",
    "Explain to me what {x} is.",
    "[Please|Can you|Could you|Can you please|Could you please] explain {x}[?|.]",
    "[Can you|Could you] [tell me|explain] what {x} is?",
    "[Tell|Teach] me [about|something about|a bit about|a little about] {x}.",
    "Tell me what {x} is.",
    "Describe {x}.",
    "Define {x}.",
    "[What does|What do] {x} mean?",
    "What is meant by {x}?",
    "What do you know about {x}?",
    "Do you know what {x} is?",
    "I [want|would like|'d like] to [know|learn|hear] about {x}.",
    "Help me understand {x}.",
    "[Give|Write] me a [short|quick|brief|simple] [explanation|description|definition] of {x}.",
    "[Hi|Hello|Hey][,|!] what is {x}?",
    "[Hi|Hello|Hey][,|!] can you explain {x}?",
    "So what [exactly|] is {x}?",
    "What exactly is {x}?",
    "{x}?",
    "What about {x}?",
    "I don't understand {x}. [Can you help?|Please explain.|What is it?]",
    "Have you heard of {x}?",
    "In your own words, what is {x}?",
    "How would you explain {x}?",
    "[Talk|Speak] about {x}.",
    "How would you describe {x}?",
    "[Someone|My colleague|My boss] asked me about {x}. What [is it|should I say]?",
)
EASY = (
    " [in simple terms|in simple words|simply|to a beginner|to a child|for beginners|"
    "like I am five|like I'm 5|in plain English|in plain words|to a five year old|"
    "as if I were a child|to someone new to it]"
)
ONE_SENTENCE: tuple[str, ...] = (
    "Write [one|a|a single] sentence about {x}.",
    "Explain {x} in one sentence.",
    "Describe {x} in [one|a single] sentence.",
    "In one sentence, what is {x}?",
    "Give me [one|a] sentence about {x}.",
    "What is {x}? Answer in one sentence.",
    "[Briefly|In brief,|In short,] what is {x}?",
    "Explain {x} briefly.",
    "Summarise {x} in one sentence.",
    "Say one sentence about {x}.",
)
PARAGRAPH: tuple[str, ...] = (
    "Write a [short|] paragraph about {x}.",
    "Explain {x} in [a few|two|three] sentences.",
    "Explain {x} in [detail|more detail|depth].",
    "Write [something|a few lines] about {x}.",
)


def question_about(rng: random.Random, thing: str, patterns: tuple[str, ...]) -> str:
    pattern = rng.choice(patterns)
    if patterns is QUESTIONS and rng.random() < 0.2 and pattern.endswith((".", "?", "[?|.]")):
        pattern = pattern.removesuffix("[?|.]").rstrip(".?") + EASY + pattern[-1].replace("]", "?")
    return capitalised(expand(rng, pattern, x=thing))


def explain(rng: random.Random, pool: tuple[Concept, ...] = ALL) -> Exchange:
    concept = rng.choice(pool)
    roll = rng.random()
    if concept.questions and roll < 0.3:
        return Exchange(expand(rng, rng.choice(concept.questions)), concept.full)
    thing = expand(rng, concept.aliases)
    if roll < 0.8:
        return Exchange(question_about(rng, thing, QUESTIONS), concept.full)
    if roll < 0.92:
        return Exchange(question_about(rng, thing, ONE_SENTENCE), concept.brief)
    return Exchange(question_about(rng, thing, PARAGRAPH), concept.full)


def explain_bedplate(rng: random.Random) -> Exchange:
    return explain(rng, BEDPLATE)
