"""An engine with too much to do serves accounts in turn: who asks for more does not get more."""

from __future__ import annotations

import json
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from bedplate_server import Deadline, run_bedplate
from conversing import MODEL, body
from signed_http import SignedHttp

REGION = "us-east-1"
QUEUE_MAX = 4
WAIT_SECONDS_MAX = 30


def http_of_new_account(server) -> SignedHttp:
    """Requests of the administrator of a second account."""
    made = run_bedplate("accounts", "create", "second", "--json", *server.options)
    assert made.returncode == 0, made.stderr
    keys = json.loads(made.stdout)
    http = SignedHttp(server.url, keys["AccessKeyId"], keys["SecretAccessKey"], REGION)
    deadline = Deadline(10, "the second account's keys work")
    while deadline.open():
        if http.send("GET", "/foundation-models").status == 200:
            break
    return http


def say(http: SignedHttp, text: str):
    return http.send_bytes(http.request_bytes("POST", f"/model/{MODEL}/converse", body(text)))


def said(generation) -> str:
    text = json.dumps(generation.body["messages"])
    return next(word for word in ("flood", "other") if word in text)


def finish(generation) -> None:
    generation.delta("done")
    generation.finish()


def refused_one(pending: set) -> set:
    """Waits for one more answer, which must be a refusal; gives those that are still waiting."""
    done, pending = wait(pending, WAIT_SECONDS_MAX, FIRST_COMPLETED)
    assert [future.result().status for future in done] == [429]
    assert done.pop().result().error_type == "ThrottlingException"
    return pending


# One slot, and a queue that one account has filled to the last place. Each of the other account's
# two requests gets a place of the flood's, and then they are served in turn.
def test_a_flood_does_not_keep_another_account_waiting(start_server, scripted_engine, http_to):
    server = start_server(scripted_engine.config(concurrency_max=1, queue_max=QUEUE_MAX))
    flooding, other = http_to(server), http_of_new_account(server)
    with ThreadPoolExecutor(12) as pool:
        answers = {pool.submit(say, flooding, "flood")}
        held = scripted_engine.next_generation()
        flood = {pool.submit(say, flooding, "flood") for _ in range(QUEUE_MAX + 1)}
        flood = refused_one(flood)  # so the queue is full now
        for _ in range(2):
            answers.add(pool.submit(say, other, "other"))
            flood = refused_one(flood)  # the latest of the flood made room, so the other one waits
        finish(held)
        served = []
        for _ in range(QUEUE_MAX):
            generation = scripted_engine.next_generation()
            served.append(said(generation))
            finish(generation)
        assert served == ["flood", "other", "flood", "other"]
        assert {answer.result().status for answer in answers | flood} == {200}


# A flood of one's own is as before: first come, first served, and the last one is refused.
def test_one_account_alone_has_the_whole_queue(start_server, scripted_engine, http_to):
    server = start_server(scripted_engine.config(concurrency_max=1, queue_max=QUEUE_MAX))
    http = http_to(server)
    with ThreadPoolExecutor(12) as pool:
        answers = {pool.submit(say, http, "flood") for _ in range(QUEUE_MAX + 2)}
        answers = refused_one(answers)
        for _ in range(QUEUE_MAX + 1):
            finish(scripted_engine.next_generation())
        assert [answer.result().status for answer in answers] == [200] * (QUEUE_MAX + 1)
