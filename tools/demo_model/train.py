"""Trains the demo model from scratch, on a GPU if there is one, else on the CPU.

    python -m demo_model.train --out RUN --minutes 24                     # by the clock
    python -m demo_model.train --out RUN --steps 8000                     # reproducible
    python -m demo_model.train --out RUN --minutes 20 --start-from X.gguf # goes on with weights

The folder receives tokenizer.json, checkpoint.pt and log.jsonl. A second start with the same folder
resumes where the checkpoint was written, with the same data. Needs torch, numpy and tokenizers.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from . import mixture, shards
from .model import CONFIGS, DemoModel, ModelConfig, parameter_count
from .schedule import Progress, rate_factor
from .shards import Position
from .tokenizer import ChatFormat, train_tokenizer

MATRIX_RATE = 0.02  # Muon's, for the matrices inside the blocks
OTHER_RATE = 0.003  # AdamW's, for the embedding and the norms
GRADIENT_NORM_MAX = 1.0
VALIDATION_SEED = 77
VALIDATION_ROW = 2048


def parse_options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--config", choices=CONFIGS, default="base")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--batch-tokens", type=int, default=131_072, help="of one step")
    parser.add_argument(
        "--part-tokens", type=int, default=65_536, help="of one pass through the model"
    )
    parser.add_argument(
        "--round-from", type=float, default=0.0,
        help="share of the run after which weights are rounded as Q4_0 does; 1: never",
    )  # fmt: skip
    parser.add_argument("--rate", type=float, default=1.0, help="scales the learning rates")
    parser.add_argument("--workers", type=int, default=min(8, max(1, (os.cpu_count() or 2) - 2)))
    parser.add_argument("--shard", type=int, default=1500, help="conversations of one shard")
    parser.add_argument("--group", type=int, default=16, help="shards that are shuffled together")
    parser.add_argument(
        "--passes", type=int, default=1, help="times each conversation is learned from"
    )
    parser.add_argument("--tokenizer-sample", type=int, default=20_000)
    parser.add_argument(
        "--validation", type=int, default=600, help="held-out conversations; 0: none"
    )
    parser.add_argument("--log-every", type=int, default=50, help="steps")
    parser.add_argument("--check-every", type=int, default=1000, help="steps between validations")
    parser.add_argument("--save-every", type=float, default=180, help="seconds")
    parser.add_argument("--start-from", type=Path, help="GGUF file with the weights to begin with")
    parser.add_argument(
        "--threads", type=int, default=0, help="of PyTorch on a CPU; 0: its own choice"
    )
    parser.add_argument("--no-compile", action="store_true")
    parser.add_argument("--data-only", action="store_true", help="measure the generators and end")
    return parser.parse_args(arguments)


def load_or_train_tokenizer(options: argparse.Namespace) -> ChatFormat:
    path = options.out / "tokenizer.json"
    if not path.exists():
        if options.start_from:
            from .start import tokenizer_of

            tokenizer_of(options.start_from).save(str(path))
        else:
            sample = mixture.training(options.seed, options.tokenizer_sample)
            vocabulary = CONFIGS[options.config].vocabulary
            train_tokenizer(sample, vocabulary).save(str(path))
    return ChatFormat.load(path)


def make_optimizers(model: DemoModel, rate: float) -> list[torch.optim.Optimizer]:
    """Muon needs far fewer steps than AdamW on the matrices; it does not suit the rest."""
    matrices = [p for p in model.blocks.parameters() if p.ndim == 2]
    others = [p for p in model.parameters() if not any(p is matrix for matrix in matrices)]
    muon = torch.optim.Muon(matrices, lr=rate * MATRIX_RATE, weight_decay=0.05, momentum=0.95)
    adam = torch.optim.AdamW(others, lr=rate * OTHER_RATE, betas=(0.9, 0.98), weight_decay=0.0)
    for optimizer in (muon, adam):
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return [muon, adam]


class Validation:
    """The loss on held-out conversations, and how many answers come out right word for word.

    An answer counts as right when each of its tokens is the likeliest one after the right ones
    before it. That is not generation, but moves with it and costs one pass.
    """

    def __init__(self, chat: ChatFormat, count: int, context: int) -> None:
        self.rows: list[tuple[str, np.ndarray, np.ndarray]] = []
        for one in mixture.validation(VALIDATION_SEED, count):
            ids, learned = chat.tokens(one)
            if len(ids) <= min(VALIDATION_ROW, context):
                self.rows.append((one.skill, np.array(ids), np.array(learned)))
        self.rows.sort(key=lambda row: len(row[1]))

    @torch.no_grad()
    def run(self, model: DemoModel, device: str) -> dict[str, float]:
        right: dict[str, list[bool]] = defaultdict(list)
        for start in range(0, len(self.rows), 32):
            part = self.rows[start : start + 32]
            longest = max(len(ids) for _, ids, _ in part)
            tokens = torch.zeros(len(part), longest, dtype=torch.long)
            for row, (_, ids, _) in enumerate(part):
                tokens[row, : len(ids)] = torch.from_numpy(ids)
            with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
                guessed = model(tokens.to(device)).argmax(-1).cpu().numpy()
            for row, (skill, ids, learned) in enumerate(part):
                hits = guessed[row, : len(ids) - 1] == ids[1:]
                right[skill].append(bool(hits[learned[1:]].all()))
        return {skill: sum(hits) / len(hits) for skill, hits in sorted(right.items())}


class Training:
    def __init__(self, options: argparse.Namespace) -> None:
        torch.manual_seed(options.seed)
        if options.threads:
            torch.set_num_threads(options.threads)
        torch.set_float32_matmul_precision("high")
        self.options = options
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        options.out.mkdir(parents=True, exist_ok=True)
        self.chat = load_or_train_tokenizer(options)
        self.config = CONFIGS[options.config]
        if self.chat.vocabulary != self.config.vocabulary:
            raise SystemExit(
                f"tokenizer.json has {self.chat.vocabulary} tokens, not {self.config.vocabulary}"
            )
        self.model = DemoModel(self.config)
        if options.start_from:
            from .start import weights_of

            self.model.load_state_dict(weights_of(options.start_from))
        self.model.to(self.device)
        self.optimizers = make_optimizers(self.model, options.rate)
        self.progress = Progress(options.steps, options.minutes)
        self.position = Position()
        self.tokens = 0
        self.rounds = False
        self._resume()
        self.loss_of = self._compiled()

    def _compiled(self):
        if self.options.no_compile or self.device == "cpu":
            return self.model.loss
        import torch._dynamo

        torch._dynamo.config.suppress_errors = True  # slower is better than not at all
        return torch.compile(self.model.loss, dynamic=False)

    # ---- Checkpoints

    @property
    def checkpoint(self) -> Path:
        return self.options.out / "checkpoint.pt"

    def save(self) -> None:
        state = {
            "config": self.config.to_dict(),
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.progress.step,
            "seconds": self.progress.seconds,
            "position": [self.position.group, self.position.batch],
            "tokens": self.tokens,
            "seed": self.options.seed,
        }
        torch.save(state, self.checkpoint.with_suffix(".new"))
        os.replace(self.checkpoint.with_suffix(".new"), self.checkpoint)

    def _resume(self) -> None:
        if not self.checkpoint.exists():
            return
        state = torch.load(self.checkpoint, weights_only=True, map_location=self.device)
        if ModelConfig(**state["config"]) != self.config or state["seed"] != self.options.seed:
            raise SystemExit(f"{self.checkpoint} is of another configuration or seed")
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.progress = Progress(
            self.options.steps, self.options.minutes, state["step"], state["seconds"]
        )
        self.position = Position(*state["position"])
        self.tokens = state["tokens"]

    # ---- The loop

    def _batches(self):
        options = self.options
        first = self.position.group * options.group
        source = shards.shards(
            options.out / "tokenizer.json", options.seed, options.workers, options.shard,
            self.config.context, first,
        )  # fmt: skip
        return shards.batches(
            source, options.seed, options.part_tokens, options.group, options.passes, self.position
        )

    def _tensors(self, batch: shards.Batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        ids = torch.from_numpy(batch.ids.astype(np.int64)).to(self.device, non_blocking=True)
        weights = torch.from_numpy(batch.weights).to(self.device, non_blocking=True).float() / 255
        # Rows stay as long as they are, a length that suits the hardware: the last token of one
        # has nothing to foretell.
        weights = torch.roll(weights, -1, 1)
        weights[:, -1] = 0
        return ids, torch.roll(ids, -1, 1), weights

    def _step(self, parts: list[shards.Batch]) -> torch.Tensor:
        total = torch.zeros((), device=self.device)
        if (rounds := self.progress.share >= self.options.round_from) != self.rounds:
            self.rounds = rounds
            self.model.round_weights(rounds)
        for part in parts:
            with torch.autocast(self.device, torch.bfloat16, enabled=self.device == "cuda"):
                loss = self.loss_of(*self._tensors(part))
            (loss / len(parts)).backward()
            total += loss.detach() / len(parts)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), GRADIENT_NORM_MAX)
        factor = rate_factor(self.progress)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * factor
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        return total

    def note(self, **members) -> None:
        line = {"step": self.progress.step, "seconds": round(self.progress.seconds, 1), **members}
        print(json.dumps(line), flush=True)
        with (self.options.out / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")

    def run(self) -> float:
        """Trains to the end; the mean loss of the last steps."""
        options = self.options
        self.note(
            parameters=parameter_count(self.model), device=self.device, torch=torch.__version__,
            config=options.config, seed=options.seed, workers=options.workers,
        )  # fmt: skip
        validation = Validation(self.chat, options.validation, self.config.context)
        stream = self._batches()
        parts_per_step = max(1, options.batch_tokens // options.part_tokens)
        losses: list[torch.Tensor] = []
        last = float("nan")
        saved_at = logged_at = time.monotonic()
        waited, tokens_logged = 0.0, self.tokens
        while not self.progress.is_over:
            asked_at = time.monotonic()
            parts = []
            for _ in range(parts_per_step):
                part, position = next(stream)
                parts.append(part)
            waited += time.monotonic() - asked_at
            losses.append(self._step(parts))
            self.progress.step += 1
            self.position = position
            self.tokens += sum(part.ids.size for part in parts)
            if self.progress.step % options.log_every == 0:
                last = torch.stack(losses).mean().item()
                seconds = time.monotonic() - logged_at
                self.note(
                    loss=round(last, 4), tokens=self.tokens,
                    tokens_per_s=round((self.tokens - tokens_logged) / seconds),
                    waited=round(waited / seconds, 3), rate=round(rate_factor(self.progress),
                    4),
                )  # fmt: skip
                losses, waited, tokens_logged, logged_at = [], 0.0, self.tokens, time.monotonic()
            if validation.rows and self.progress.step % options.check_every == 0:
                self.note(
                    right={
                        k: round(v, 3) for k, v in validation.run(self.model, self.device).items()
                    }
                )
            if time.monotonic() - saved_at > options.save_every:
                self.save()
                saved_at = time.monotonic()
        if losses:
            last = torch.stack(losses).mean().item()
        self.save()
        if validation.rows:
            self.note(
                right={k: round(v, 3) for k, v in validation.run(self.model, self.device).items()}
            )
        self.note(finished=True, tokens=self.tokens, loss=round(last, 4))
        stream.close()
        return last


def measure_data(options: argparse.Namespace) -> None:
    """How fast the workers make data: it must feed the device."""
    options.out.mkdir(parents=True, exist_ok=True)
    load_or_train_tokenizer(options)
    path = options.out / "tokenizer.json"
    source = shards.shards(
        path, options.seed, options.workers, options.shard, CONFIGS[options.config].context,
        shards.STARTING_SHARDS,
    )  # fmt: skip
    next(source)
    started, tokens, rows = time.monotonic(), 0, [0, 0]
    while time.monotonic() - started < 20:
        shard = next(source)
        tokens += shard.tokens
        rows[0] += shard.short.ids.size
        rows[1] += shard.long.ids.size
    speed = tokens / (time.monotonic() - started)
    print(
        f"{options.workers} workers: {speed:,.0f} tokens/s; rows are "
        f"{100 * tokens / sum(rows):.1f} % full; {100 * rows[1] / sum(rows):.1f} % of them are long"
    )
    source.close()


def main() -> None:
    options = parse_options()
    if options.data_only:
        measure_data(options)
    else:
        Training(options).run()


if __name__ == "__main__":
    main()
