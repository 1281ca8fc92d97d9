"""The trainer: it learns, it resumes where it was, and what it exports is what it trained."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
gguf = pytest.importorskip("gguf")

from demo_model import shards, train  # noqa: E402
from demo_model.export_gguf import export  # noqa: E402
from demo_model.model import CONFIGS, DemoModel, rounded  # noqa: E402
from demo_model.schedule import FINAL_RATE, Progress, rate_factor  # noqa: E402
from demo_model.shards import Position  # noqa: E402
from demo_model.start import tokenizer_of, weights_of  # noqa: E402
from demo_model.tokenizer import ChatFormat  # noqa: E402

COMMON = (
    "--config tiny --batch-tokens 2048 --part-tokens 1024 --workers 0 --shard 40 --group 1 "
    "--threads 1 "
    "--tokenizer-sample 800 --validation 0 --log-every 4 --no-compile --save-every 0"
).split()


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def options_for(folder, *more: str):
    return train.parse_options(["--out", str(folder), *COMMON, *more])


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of eight steps."""
    folder = tmp_path_factory.mktemp("run")
    last = train.Training(options_for(folder, "--steps", "8")).run()
    return folder, last


def test_a_small_model_learns_a_batch_by_heart(run):
    folder, _ = run
    chat = ChatFormat.load(folder / "tokenizer.json")
    torch.manual_seed(0)
    model = DemoModel(CONFIGS["tiny"])
    optimizers = train.make_optimizers(model, 1.0)
    ids = torch.tensor(
        [chat.encode("<|begin_of_text|>The lamp costs 4831 euros, says Quolthrand.")]
    )
    weights = torch.ones(1, ids.shape[1] - 1)
    losses = []
    for _ in range(80):
        loss = model.loss(ids[:, :-1], ids[:, 1:], weights)
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        losses.append(loss.item())
    assert losses[0] > 5 and losses[-1] < 0.1


def test_the_loss_falls(run):
    folder, last = run
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if "loss" in line]
    assert losses[0] > last and np.isfinite(last)


def test_a_resumed_run_ends_as_an_unbroken_one(run, tmp_path):
    folder, last = run
    whole = torch.load(folder / "checkpoint.pt", weights_only=True)
    # The schedule is that of eight steps; the run is broken off after four.
    broken = train.Training(options_for(tmp_path, "--steps", "8"))
    is_over = Progress.is_over
    try:
        Progress.is_over = property(lambda self: self.step >= 4)
        broken.run()
    finally:
        Progress.is_over = is_over
    train.Training(options_for(tmp_path, "--steps", "8")).run()
    resumed = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert resumed["step"] == whole["step"] == 8
    assert resumed["tokens"] == whole["tokens"]
    for name, weight in whole["model"].items():
        assert torch.equal(weight, resumed["model"][name]), name


def test_workers_make_the_same_batches(run):
    folder, _ = run
    made = []
    for workers in (0, 2):
        source = shards.shards(folder / "tokenizer.json", 1, workers, 30, 512)
        stream = shards.batches(source, 1, 1024, 2, 2, Position())
        made.append([batch.ids for batch, _ in itertools.islice(stream, 6)])
        stream.close()
        source.close()
    assert all(np.array_equal(a, b) for a, b in zip(*made, strict=True))


def test_rows_hold_whole_conversations(run):
    folder, _ = run
    shards._start_worker(str(folder / "tokenizer.json"))
    shard = shards.make_shard(1, 50, 60, 512)
    assert shard.tokens > 0
    begin = shards._chat.encode("<|begin_of_text|>")[0]
    for rows in (shard.short, shard.long):
        for row, weights in zip(rows.ids, rows.weights):
            assert row[0] == begin and weights[0] == 0
            assert weights.max() == shards.ANSWER_MARK


def test_exported_weights_are_the_rounded_ones(run, tmp_path):
    folder, _ = run
    export(folder, tmp_path / "x.gguf", "q4_0")
    exported = weights_of(tmp_path / "x.gguf")
    trained = torch.load(folder / "checkpoint.pt", weights_only=True)["model"]
    assert set(exported) == set(trained)
    for name, weight in trained.items():
        expected = rounded(weight) if weight.ndim == 2 and name != "embedding.weight" else weight
        allowed = 0.01 * weight.abs().max() if name == "embedding.weight" else 1e-6
        assert (exported[name] - expected).abs().max() <= allowed, name


def test_the_tokenizer_comes_back_from_the_export(run, tmp_path):
    folder, _ = run
    export(folder, tmp_path / "x.gguf", "f32")
    text = '<|begin_of_text|>{"name": "Quolthrand 12"}<think>\n'
    chat = ChatFormat.load(folder / "tokenizer.json")
    assert tokenizer_of(tmp_path / "x.gguf").encode(text).ids == chat.encode(text)


def test_gradients_pass_through_the_rounding():
    weight = torch.randn(4, 64, requires_grad=True)
    rounded(weight).sum().backward()
    assert torch.equal(weight.grad, torch.ones(4, 64))
    assert torch.equal(rounded(torch.zeros(2, 32)), torch.zeros(2, 32))


def test_the_rate_rises_and_falls():
    at = [
        rate_factor(Progress(steps_max=10_000, step=step)) for step in (0, 100, 5000, 8000, 10_000)
    ]
    assert at[0] < 0.02
    assert at[1] > 0.99
    assert at[2] > at[3] > at[4]
    assert at[4] == pytest.approx(FINAL_RATE)


def test_warming_up_counts_steps_even_when_the_clock_ends_the_run():
    late = Progress(minutes_max=10, step=0, seconds_before=60)  # the model took a minute to compile
    assert rate_factor(late) < 0.02
    assert rate_factor(Progress(minutes_max=10, step=500, seconds_before=60)) > 0.9
    assert Progress(minutes_max=10, seconds_before=601).is_over


def test_a_run_needs_an_end():
    with pytest.raises(ValueError):
        Progress()
