"""Batch inference when things go wrong: kill -9, stops and timeouts at every stage, other callers
at the same time. Each record is in the output exactly once, and nothing is lost."""

from __future__ import annotations

import collections
import json
import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

import batches
from batches import MODEL, Bucket, create, job, lines, make_role, record, results
from conversing import ask

RECORDS = 2_000


def scripted_config(tmp_path, delay_ms: int, more: str = "") -> str:
    """A model that answers after a while, and refuses one record in ten."""
    rules = {
        "rules": [
            {
                "when": {"text_matches": "0\\.$"},
                "fault": "invalid_request",
                "first_token_delay_ms": delay_ms,
            },
            {"text": "An answer.", "first_token_delay_ms": delay_ms},
        ]
    }
    (tmp_path / "rules.json").write_text(json.dumps(rules))
    engine = f'[engines.script]\ntype = "scripted"\nrules = "{tmp_path}/rules.json"\n'
    return more + engine + f'[[bindings]]\nmodels = ["{MODEL}"]\nengine = "script"\n'


class Batch:
    """A server, its bucket and its role; the server may die and come back."""

    def __init__(self, start_server, client_to, directory, config):
        self._start = start_server
        self._client_to = client_to
        self.directory = directory
        self.config = config
        self.server = None
        self.start()
        self.bucket = Bucket(self.server.data_dir)
        self.role = make_role(client_to(self.server, "iam"))

    def start(self) -> None:
        self.server = self._start(self.config, directory=self.directory)
        self.control = self._client_to(self.server, "bedrock")

    def kill(self) -> None:
        self.server.kill()

    def restart(self) -> None:
        self.kill()
        self.start()

    def create(self, count: int, name: str = "in/records.jsonl", **more) -> str:
        source = self.bucket.put(name, lines(record(i) for i in range(count)))
        return create(self.control, self.role, source, self.bucket.uri("out/"), **more)

    def wait(self, arn: str, wanted, seconds: float = 90) -> dict:
        return batches.wait_until(self.control, arn, wanted, seconds)

    def end(self, arn: str, seconds: float = 90) -> dict:
        return batches.wait_for_end(self.control, arn, seconds)

    def database(self) -> sqlite3.Connection:
        """Of a server that does not run."""
        return sqlite3.connect(self.server.data_dir / "bedplate.db")


@pytest.fixture
def batch(start_server, client_to, tmp_path, tmp_path_factory):
    def make(delay_ms: int = 20, more: str = "", config: str | None = None) -> Batch:
        text = scripted_config(tmp_path, delay_ms, more) if config is None else config
        return Batch(start_server, client_to, tmp_path_factory.mktemp("server"), text)

    return make


def assert_each_once(found: list[dict], count: int) -> None:
    seen = collections.Counter(one["recordId"] for one in found)
    assert seen == {record(i)["recordId"]: 1 for i in range(count)}
    for one in found:
        refused = one["recordId"].endswith("0")
        assert ("error" in one) == refused, one
        assert ("modelOutput" in one) != refused, one


def test_killed_at_random_points(batch):
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")  # pytest shows it when the test fails
    chance = random.Random(seed)
    running = batch(delay_ms=10)
    arn = running.create(RECORDS)
    lives = 0
    # The first kills come while the input is checked, the others while records run.
    for kill_at in sorted([0, 0] + [chance.randint(1, RECORDS - 100) for _ in range(6)]):
        found = running.wait(
            arn, lambda one: one["processedRecordCount"] >= kill_at or one["status"] == "Completed"
        )
        if found["status"] == "Completed":
            break
        running.restart()
        lives += 1
    assert lives >= 3, "the batch was too fast to be killed"
    done = running.end(arn)
    assert done["status"] == "Completed", done
    assert done["totalRecordCount"] == done["processedRecordCount"] == RECORDS
    assert_each_once(results(running.bucket, arn, "records.jsonl"), RECORDS)
    counts = batches.manifest(running.bucket, arn)
    assert counts["successRecordCount"] == RECORDS - RECORDS // 10
    assert counts["errorRecordCount"] == RECORDS // 10
    # Counted once each, too: two words a reply.
    assert counts["outputTokenCount"] == 2 * counts["successRecordCount"]
    running.server.stop()
    with running.database() as database:
        for table in ("jobs", "job_parts"):
            assert database.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,), table


# With the engine that a default configuration has.
def test_killed_with_the_real_engine(batch):
    running = batch(config="")
    arn = running.create(24)
    running.wait(arn, lambda found: found["processedRecordCount"] >= 4)
    running.restart()
    done = running.end(arn, 120)
    assert done["status"] == "Completed", done
    assert done["successRecordCount"] == 24
    found = results(running.bucket, arn, "records.jsonl")
    assert sorted(one["recordId"] for one in found) == [record(i)["recordId"] for i in range(24)]


def test_an_orderly_stop_of_the_server(batch):
    running = batch()
    arn = running.create(400)
    running.wait(arn, lambda found: found["processedRecordCount"] >= 50)
    assert running.server.stop() == 0
    running.start()
    assert running.end(arn)["status"] == "Completed"
    assert_each_once(results(running.bucket, arn, "records.jsonl"), 400)


def partial(running: Batch, arn: str) -> list[dict]:
    """The results of a job that did not come to its end, as its manifest and its status count."""
    found = results(running.bucket, arn, "records.jsonl")
    ids = [one["recordId"] for one in found]
    assert len(set(ids)) == len(ids)
    counts = batches.manifest(running.bucket, arn)
    assert counts["processedRecordCount"] == len(found)
    assert counts["totalRecordCount"] == RECORDS
    assert job(running.control, arn)["processedRecordCount"] == len(found)
    return found


def test_stopped_while_it_runs(batch):
    running = batch()
    arn = running.create(RECORDS)
    running.wait(arn, lambda found: found["processedRecordCount"] >= 50)
    running.control.stop_model_invocation_job(jobIdentifier=arn)
    assert job(running.control, arn)["status"] in ("Stopping", "Stopped")
    done = running.end(arn)
    assert done["status"] == "Stopped"
    assert "endTime" in done
    assert 50 <= len(partial(running, arn)) < RECORDS
    with pytest.raises(running.control.exceptions.ConflictException):
        running.control.stop_model_invocation_job(jobIdentifier=arn)


def test_stopped_at_once_and_while_it_waits(batch):
    running = batch(more="[jobs]\nat_once = 1\n")
    first = running.create(RECORDS)
    running.wait(first, lambda found: found["status"] == "InProgress")
    waiting = running.create(5, "in/few.jsonl")
    assert job(running.control, waiting)["status"] == "Submitted"
    running.control.stop_model_invocation_job(jobIdentifier=waiting)
    found = job(running.control, waiting)
    assert found["status"] == "Stopped"
    assert "endTime" in found
    running.control.stop_model_invocation_job(jobIdentifier=first)
    assert running.end(first)["status"] == "Stopped"
    # Stopped wherever it is just then: while its input is checked, most often.
    for _ in range(5):
        arn = running.create(RECORDS, "in/many.jsonl")
        running.control.stop_model_invocation_job(jobIdentifier=arn)
        assert running.end(arn)["status"] == "Stopped"


def test_stopped_and_killed_before_it_ended(batch):
    running = batch(delay_ms=500)
    arn = running.create(RECORDS)
    running.wait(arn, lambda found: found["processedRecordCount"] >= 16)
    running.control.stop_model_invocation_job(jobIdentifier=arn)
    running.restart()
    assert running.end(arn)["status"] == "Stopped"
    assert len(partial(running, arn)) >= 16


def expire(running: Batch, arn: str) -> None:
    """As if the server had been away for longer than the job may take."""
    running.kill()
    with running.database() as database:
        (text,) = database.execute(
            "SELECT document FROM resources WHERE id = ?", [batches.id_of(arn)]
        ).fetchone()
        facts = json.loads(text) | {"expires_ms": 1}
        database.execute(
            "UPDATE resources SET document = ? WHERE id = ?",
            [json.dumps(facts), batches.id_of(arn)],
        )
    running.start()


def test_timeouts(batch):
    running = batch(more="[jobs]\nat_once = 1\n")
    arn = running.create(RECORDS)
    running.wait(arn, lambda found: found["processedRecordCount"] >= 50)
    waiting = running.create(5, "in/few.jsonl")
    expire(running, waiting)
    expire(running, arn)
    done = running.end(arn)
    assert done["status"] == "PartiallyCompleted"
    assert 50 <= len(partial(running, arn)) < RECORDS
    assert running.end(waiting)["status"] == "Expired"
    assert not any(batches.id_of(waiting) in key for key in running.bucket.keys())


def test_statuses_in_their_order(batch):
    running = batch(delay_ms=50)
    arn = running.create(200)
    seen: list[str] = []

    def look(found: dict) -> bool:
        if not seen or seen[-1] != found["status"]:
            seen.append(found["status"])
        return found["status"] in batches.FINAL

    running.wait(arn, look)
    order = ["Submitted", "Validating", "Scheduled", "InProgress", "Completed"]
    assert seen == [status for status in order if status in seen]
    assert seen[-2:] == ["InProgress", "Completed"]


def test_accounts_and_jobs_share_the_runner(batch):
    running = batch(more="[jobs]\nat_once = 2\n")
    arns = [running.create(50, f"in/{i}.jsonl") for i in range(6)]
    for arn in arns:
        assert running.end(arn)["status"] == "Completed"


def test_input_that_changes_while_the_job_runs(batch):
    running = batch()
    arn = running.create(RECORDS)
    running.wait(arn, lambda found: found["processedRecordCount"] >= 50)
    running.kill()
    running.bucket.put("in/records.jsonl", lines(record(i) for i in range(10)))
    running.start()
    done = running.end(arn)
    assert done["status"] == "Failed"
    assert "was changed while the job was running" in done["message"]


def test_throttled_records_are_tried_again(start_server, client_to, tmp_path, tmp_path_factory):
    rules = {"rules": [{"when": {"nth": 2}, "fault": "throttle"}, {"text": "An answer."}]}
    (tmp_path / "rules.json").write_text(json.dumps(rules))
    config = f'[engines.script]\ntype = "scripted"\nrules = "{tmp_path}/rules.json"\n'
    config += f'[[bindings]]\nmodels = ["{MODEL}"]\nengine = "script"\n'
    running = Batch(start_server, client_to, tmp_path_factory.mktemp("server"), config)
    done = running.end(running.create(5))
    assert done["successRecordCount"] == 5


# One slot. A batch keeps it busy, and an interactive call is next when the record that runs ends.
def test_an_interactive_call_goes_first(
    start_server, scripted_engine, http_to, client_to, tmp_path_factory
):
    config = scripted_engine.config(concurrency_max=1, queue_max=16)
    running = Batch(start_server, client_to, tmp_path_factory.mktemp("server"), config)
    arn = running.create(10)
    http = http_to(running.server)
    with ThreadPoolExecutor(1) as pool:
        for _ in range(3):
            held = scripted_engine.next_generation()  # a record of the batch
            answer = pool.submit(ask, http)
            probe = running.wait(arn, lambda found: found["status"] == "InProgress")
            assert probe["totalRecordCount"] == 10
            held.delta("record")
            held.finish()
            mine = scripted_engine.next_generation()
            text = json.dumps(mine.body["messages"])
            if "Hello" not in text:
                # The call came after the slot was free again: it has the next one then.
                mine.delta("record")
                mine.finish()
                mine = scripted_engine.next_generation()
                text = json.dumps(mine.body["messages"])
            assert "Hello" in text
            mine.delta("interactive")
            mine.finish()
            assert answer.result().status == 200
        while job(running.control, arn)["status"] not in batches.FINAL:
            try:
                generation = scripted_engine.next_generation(1)
            except Exception:  # noqa: BLE001  none is left
                break
            generation.delta("record")
            generation.finish()
    assert running.end(arn)["status"] == "Completed"
