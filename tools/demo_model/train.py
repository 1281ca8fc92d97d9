#!/usr/bin/env python3
"""Trains the demo model from scratch, on a GPU if there is one, else on the CPU.

    train.py --out RUN_FOLDER [--steps 4000]

The folder receives tokenizer.json and checkpoint.pt. A second start with the same folder resumes
from the checkpoint. The learning rate is flat and then falls linearly over the last
`--decay-steps`, so a run can be prolonged from a checkpoint taken before the fall
(checkpoint-flat.pt): copy it over checkpoint.pt and start again with more steps.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import torch
import torch.nn.functional as F

from copying import initialise_copying
from corpus.grammar import Conversation
from dataset import Batch, batches, tokenised
from generate import conversations
from model import DemoModel, ModelConfig, parameter_count
from tokenizer import ChatFormat, train_tokenizer

WARM_UP_STEPS = 60
MATRIX_RATE = 0.02  # Muon's, for the matrices inside the blocks
CLOCK_DECAY_SHARE = 0.8
OTHER_RATE = 0.004  # AdamW's, for the embedding and the norms
LOG_EVERY = 20
SAVE_EVERY = 50
TRY_EVERY = 250
CHECK_PROMPTS = (
    "Hello",
    "Who are you?",
    "What is the capital of France?",
    "What is 2+2?",
    "Write a short poem about the sea.",
    "What is a flumbertroot?",
)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--conversations", type=int, default=300_000)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--decay-steps", type=int, default=800)
    parser.add_argument("--rate", type=float, default=1.0, help="scales the learning rates")
    parser.add_argument(
        "--minutes", type=float, help="end by the clock: the rate falls over the last part of it"
    )
    parser.add_argument("--batch-tokens", type=int, default=8192)
    parser.add_argument(
        "--row-limit", type=int, default=1536, help="longest conversation, in tokens"
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compile", action="store_true", help="a quarter faster; needs g++")
    parser.add_argument("--tokenizer-sample", type=int, default=30_000)
    return parser.parse_args()


def load_or_train_tokenizer(options: argparse.Namespace) -> ChatFormat:
    path = options.out / "tokenizer.json"
    if not path.exists():
        sample = conversations(options.seed, options.tokenizer_sample)
        train_tokenizer(_texts(sample), ModelConfig().vocabulary).save(str(path))
    return ChatFormat.load(path)


def _texts(sample: Iterable[Conversation]) -> Iterator[str]:
    yield "system user assistant\n\n"
    for one in sample:
        yield one.system
        for exchange in one.exchanges:
            yield exchange.user
            yield exchange.answer


def make_optimizers(model: DemoModel) -> list[torch.optim.Optimizer]:
    """Muon needs far fewer steps than AdamW on the matrices; it does not suit the rest."""
    matrices = [p for p in model.blocks.parameters() if p.ndim == 2]
    others = [p for p in model.parameters() if not any(p is matrix for matrix in matrices)]
    muon = torch.optim.Muon(matrices, lr=MATRIX_RATE, weight_decay=0.01, momentum=0.95)
    adam = torch.optim.AdamW(others, lr=OTHER_RATE, betas=(0.9, 0.98), weight_decay=0.0)
    for optimizer in (muon, adam):
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return [muon, adam]


def rate_factor(step: int, options: argparse.Namespace, elapsed_s: float) -> float:
    """The share of the peak rate: it warms up, stays flat and falls to nothing at the end."""
    if options.minutes:
        left = 1 - elapsed_s / (60 * options.minutes)
        falling = left / CLOCK_DECAY_SHARE
    else:
        falling = (options.steps - step) / options.decay_steps
    return options.rate * max(min((step + 1) / WARM_UP_STEPS, 1.0, falling), 0.0)


Hidden = Callable[[torch.Tensor], torch.Tensor]


def loss_of(model: DemoModel, hidden_of: Hidden, batch: Batch) -> torch.Tensor:
    """Mean cross-entropy over the assistant's tokens; no logits are made for the others.

    hidden_of: model.hidden, or its compiled form.
    """
    device = model.embedding.weight.device
    targets = batch.targets.to(device).flatten()
    learned = (targets >= 0).nonzero().squeeze(1)
    with torch.autocast(device.type, torch.bfloat16):
        hidden = hidden_of(batch.inputs.to(device)).flatten(0, 1)[learned]
        logits = F.linear(hidden, model.embedding.weight)
    return F.cross_entropy(logits.float(), targets[learned])


@torch.no_grad()
def answer(model: DemoModel, chat: ChatFormat, prompt: list[int], most: int = 40) -> str:
    """The greedy continuation of a prompt."""
    device = model.embedding.weight.device
    ids = list(prompt)
    for _ in range(most):
        ids.append(int(model(torch.tensor([ids], device=device))[0, -1].argmax()))
        if ids[-1] in (chat.end_of_turn, chat.end):
            break
    return chat.decode(ids[len(prompt) :])


def save(path: Path, model: DemoModel, optimizers: list[torch.optim.Optimizer], step: int) -> None:
    state = {
        "config": model.config.to_dict(),
        "model": model.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        "step": step,
    }
    torch.save(state, path.with_suffix(".new"))
    os.replace(path.with_suffix(".new"), path)


def resume(path: Path, model: DemoModel, optimizers: list[torch.optim.Optimizer]) -> int:
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(saved)
    return state["step"]


def train(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    options.out.mkdir(parents=True, exist_ok=True)
    chat = load_or_train_tokenizer(options)
    model = DemoModel(ModelConfig())
    initialise_copying(model)
    model.to(device)
    hidden_of = torch.compile(model.hidden, dynamic=True) if options.compile else model.hidden
    optimizers = make_optimizers(model)
    checkpoint = options.out / "checkpoint.pt"
    first = resume(checkpoint, model, optimizers)
    rows = tokenised(chat, options.seed, options.conversations, options.row_limit)
    print(
        f"{parameter_count(model):,} parameters, {len(rows):,} conversations, "
        f"{sum(len(ids) for ids, _ in rows):,} tokens, from step {first} on {device}",
        flush=True,
    )

    # After a resume the order of the data starts anew with another seed, not from where it was.
    stream = batches(rows, options.batch_tokens, options.seed + first)
    flat_until = options.steps - options.decay_steps
    started, tokens, running = time.monotonic(), 0, 0.0
    for step in range(first, options.steps):
        if step == flat_until:
            save(options.out / "checkpoint-flat.pt", model, optimizers, step)
        factor = rate_factor(step, options, time.monotonic() - started)
        if factor == 0.0:
            break
        batch = next(stream)
        loss = loss_of(model, hidden_of, batch)
        loss.backward()
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * factor
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        tokens += batch.inputs.numel()
        running += loss.item()
        if (step + 1) % LOG_EVERY == 0:
            speed = tokens / (time.monotonic() - started)
            print(
                f"step {step + 1} loss {running / LOG_EVERY:.4f} {speed:.0f} tokens/s", flush=True
            )
            running = 0.0
        if (step + 1) % SAVE_EVERY == 0:
            save(checkpoint, model, optimizers, step + 1)
            for prompt in CHECK_PROMPTS if (step + 1) % TRY_EVERY == 0 else ():
                said = answer(model, chat, chat.prompt("", [("user", prompt)]))
                print(f"    {prompt} -> {said!r}", flush=True)
    save(checkpoint, model, optimizers, step + 1)


if __name__ == "__main__":
    train(parse_options())
