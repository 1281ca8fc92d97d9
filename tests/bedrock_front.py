"""Servers with an engine of type = "bedrock", and a real Bedplate behind them. Test files import
the fixtures by name."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

import converse_server as upstreams
from converse_server import ConverseServer

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
SONNET = "anthropic.claude-sonnet-4-20250514-v1:0"
LLAMA = "meta.llama3-8b-instruct-v1:0"
SECRET = "wJalrXUtnFEMI/K7MDENG/very+secret"
KEYS = {"UP_ID": "AKIAIOSFODNN7EXAMPLE", "UP_SECRET": SECRET}
SIGNED = 'access_key_id_env = "UP_ID"\nsecret_access_key_env = "UP_SECRET"\n'


@pytest.fixture
def serve(start_server):
    """A server in front of upstreams."""

    def start(
        *urls: str,
        settings: str = SIGNED,
        environment: dict | None = None,
        bound: tuple[str, ...] = ("anthropic.*", LLAMA),
    ):
        config = f"""
[engines.up]
type = "bedrock"
region = "us-east-1"
endpoints = {json.dumps(urls)}
models = {{ "{SONNET}" = "us.{SONNET}" }}
{settings}
[[bindings]]
models = {json.dumps(bound)}
engine = "up"
"""
        return start_server(config, environment=KEYS if environment is None else environment)

    return start


def keys_of(server) -> dict[str, str]:
    keys = server.credentials
    return {"UP_ID": keys.access_key_id, "UP_SECRET": keys.secret_access_key}


@pytest.fixture
def behind(start_server, scripted_engine):
    """A real server as the upstream, its engine moved by hand."""
    return start_server(scripted_engine.config())


@pytest.fixture
def client(serve, behind, client_to):
    return client_to(serve(behind.url, environment=keys_of(behind)))


@pytest.fixture
def upstream():
    with ConverseServer(upstreams.reply(*upstreams.text("Hel", "lo"), *upstreams.end())) as server:
        yield server


def question(content="Hello", model: str = HAIKU, **more) -> dict:
    blocks = [{"text": content}] if isinstance(content, str) else content
    return {"modelId": model, "messages": [{"role": "user", "content": blocks}], **more}


@pytest.fixture
def ask(scripted_engine):
    """Asks the client and has the engine behind say something; gives reply and what it saw."""

    def converse(client, request: dict, *steps):
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(client.converse, **request)
            generation = scripted_engine.next_generation()
            for step in steps:
                step(generation)
            return answer.result(), generation.body

    return converse


def says(text: str):
    return lambda generation: (generation.delta(text), generation.finish())
