"""Converted models, run by llama-server, compute what the published ones do."""

from __future__ import annotations

import json
import sys

import gguf
import numpy as np
import pytest

from convert_model.__main__ import main
from convert_model.checkpoint import Checkpoint, CheckpointError
from convert_model.convert import convert

from .checkpoints import (
    BERT,
    LLAMA,
    LLAMA_SPLIT,
    QWEN_SPLIT,
    SENTENCE_PIECES,
    VOCABULARY,
    WORDS,
    bert_files,
    bert_weights,
    decoder_files,
    decoder_weights,
    sentence_piece_files,
    write,
)
from .reference import bert_mean, llama_log_probabilities


def cosine(a, b) -> float:
    return float(np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))


def convert_to(tmp_path, config, weights, files, kind="f32"):
    out = tmp_path / "model.gguf"
    convert(write(tmp_path / "source", config, weights, files), out, kind, "tiny")
    return out


# ---- BERT


@pytest.mark.parametrize(("kind", "nearness"), [("f32", 0.999999), ("f16", 0.9999)])
def test_bert_embeds_as_published(tmp_path, run_model, kind, nearness):
    weights = bert_weights()
    engine = run_model(convert_to(tmp_path, BERT, weights, bert_files(), kind), "--embedding")
    text = "the seas is wide . unseen"
    tokens = engine.ask("/tokenize", {"content": text, "add_special": True})["tokens"]
    assert [WORDS[token] for token in tokens] == [
        *("[CLS]", "the", "sea", "##s", "is", "wide", ".", "[UNK]", "[SEP]")
    ]
    reply = engine.ask("/v1/embeddings", {"input": text, "embd_normalize": -1})
    vector = np.array(reply["data"][0]["embedding"])
    expected = bert_mean(weights, BERT, tokens)
    assert cosine(vector, expected) > nearness
    assert np.linalg.norm(vector) == pytest.approx(np.linalg.norm(expected), rel=1e-2)


def test_bert_says_how_it_pools(tmp_path):
    for mode, kind in [("pooling_mode_mean_tokens", 1), ("pooling_mode_cls_token", 2)]:
        path = convert_to(tmp_path, BERT, bert_weights(), bert_files(mode))
        assert gguf.GGUFReader(path).fields["bert.pooling_type"].contents() == kind


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        (lambda c, w, f: f["1_Pooling/config.json"].update(pooling_mode_max_tokens=1), "pooling"),
        (lambda c, w, f: f.pop("modules.json"), "no sentence embedder"),
        (lambda c, w, f: f.pop("vocab.txt"), "vocab.txt"),
        (lambda c, w, f: c.update(vocab_size=7), "vocab.txt has 12 words"),
        (lambda c, w, f: c.update(hidden_act="relu"), "relu"),
        (lambda c, w, f: c.pop("hidden_size"), "lacks hidden_size"),
        (lambda c, w, f: c.update(architectures=["T5Model"]), "T5Model is not supported"),
        (lambda c, w, f: w.update(odd=np.zeros(3, np.float32)), "no place for the tensor odd"),
    ],
)
def test_what_cannot_be_converted_leaves_nothing(tmp_path, change, trouble):
    config, weights, files = dict(BERT), bert_weights(), bert_files()
    change(config, weights, files)
    with pytest.raises(CheckpointError, match=trouble):
        convert_to(tmp_path, config, weights, files)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


# ---- Decoders


def top_of(engine, text: str) -> tuple[list[int], dict[int, float]]:
    """The tokens of a text, and the log-probabilities of what may come next."""
    tokens = engine.ask("/tokenize", {"content": text, "add_special": True})["tokens"]
    # Whatever is likely, the letter A is chosen: half a character would not be reported.
    question = {"prompt": tokens, "n_predict": 1, "n_probs": 20, "logit_bias": [[ord("A"), 1000]]}
    reply = engine.ask("/completion", question)
    top = reply["completion_probabilities"][0]["top_logprobs"]
    return tokens, {entry["id"]: entry["logprob"] for entry in top}


@pytest.mark.parametrize(
    ("architecture", "split", "biases"),
    [
        ("LlamaForCausalLM", LLAMA_SPLIT, False),
        ("MistralForCausalLM", LLAMA_SPLIT, False),
        ("Qwen2ForCausalLM", QWEN_SPLIT, True),
    ],
)
@pytest.mark.parametrize("tied", [False, True])
def test_decoders_compute_as_published(tmp_path, run_model, architecture, split, biases, tied):
    config = LLAMA | {"architectures": [architecture], "vocab_size": VOCABULARY}
    config["tie_word_embeddings"] = tied
    weights = decoder_weights(config, biases)
    if tied:
        del weights["lm_head.weight"]
    engine = run_model(convert_to(tmp_path, config, weights, decoder_files(split)))
    tokens, top = top_of(engine, "The sea is wide, 1234 miles. Ünïcödé")
    assert 257 in tokens, "the merges are there"
    assert (tokens[0] == 258) == (architecture != "Qwen2ForCausalLM"), "the mark at the beginning"
    expected = llama_log_probabilities(weights, config, tokens)
    assert max(top, key=top.get) == int(expected.argmax())
    assert len(top) == 20
    for token, logarithm in top.items():
        assert logarithm == pytest.approx(expected[token], abs=0.02)


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        (lambda c, f: c.update(rope_scaling={"rope_type": "llama3", "factor": 8}), "llama3"),
        (lambda c, f: c.update(sliding_window=64), "sliding-window"),
        (lambda c, f: f["tokenizer.json"]["model"].update(byte_fallback=True), "writes spaces"),
        (lambda c, f: f["tokenizer.json"].pop("pre_tokenizer"), "splits words"),
        (lambda c, f: f.pop("tokenizer.json"), "no tokenizer.json"),
    ],
)
def test_decoders_that_would_compute_otherwise_are_refused(tmp_path, change, trouble):
    config = LLAMA | {"vocab_size": VOCABULARY}
    files = decoder_files(LLAMA_SPLIT)
    change(config, files)
    with pytest.raises(CheckpointError, match=trouble):
        convert_to(tmp_path, config, decoder_weights(config), files)


# Pieces as SentencePiece makes them: joined by rank, bytes for what has no piece, and a space
# before the first word where the tokenizer says so.
@pytest.mark.parametrize("space_first", [True, False])
def test_sentence_pieces(tmp_path, run_model, space_first):
    config = LLAMA | {"architectures": ["MistralForCausalLM"], "vocab_size": SENTENCE_PIECES}
    weights = decoder_weights(config, vocabulary=SENTENCE_PIECES)
    files = sentence_piece_files(space_first)
    ids = files["tokenizer.json"]["model"]["vocab"]
    engine = run_model(convert_to(tmp_path, config, weights, files))

    def pieces_of(text):
        tokens = engine.ask("/tokenize", {"content": text, "add_special": True})["tokens"]
        names = {index: piece for piece, index in ids.items()}
        return [names[token] for token in tokens]

    first = ["\u2581sea"] if space_first else ["sea"]
    assert pieces_of("sea sea") == ["<s>", *first, "\u2581sea"]
    assert pieces_of("seas") == ["<s>", *first, "s"]
    assert pieces_of("sea é") == ["<s>", *first, "\u2581", "<0xC3>", "<0xA9>"]
    assert pieces_of("sea\n") == ["<s>", *first, "<0x0A>"]
    reply = engine.ask(
        "/completion",
        {"prompt": "sea sea", "n_predict": 1, "n_probs": 5, "logit_bias": [[ids["sea"], 1000]]},
    )
    tokens = engine.ask("/tokenize", {"content": "sea sea", "add_special": True})["tokens"]
    expected = llama_log_probabilities(weights, config, tokens)
    for entry in reply["completion_probabilities"][0]["top_logprobs"]:
        assert entry["logprob"] == pytest.approx(expected[entry["id"]], abs=0.02)


# ---- Checkpoints


def test_weights_of_several_files_and_types(tmp_path):
    halves = np.array([1.5, -2.0, 3.25], np.float32)
    header = {
        "brain": {"dtype": "BF16", "shape": [3], "data_offsets": [0, 6]},
        "half": {"dtype": "F16", "shape": [3], "data_offsets": [6, 12]},
    }
    text = json.dumps(header).encode()
    brain = (halves.view(np.uint32) >> 16).astype(np.uint16).tobytes()
    data = len(text).to_bytes(8, "little") + text + brain + halves.astype(np.float16).tobytes()
    write(tmp_path, BERT, {"whole": halves}, {})
    (tmp_path / "model.safetensors").rename(tmp_path / "b.safetensors")
    (tmp_path / "a.safetensors").write_bytes(data)
    index = {"weight_map": {"brain": "a.safetensors", "whole": "b.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    found = dict(Checkpoint(tmp_path).tensors())
    assert set(found) == {"brain", "half", "whole"}
    assert all(np.array_equal(values, halves) for values in found.values())


@pytest.mark.parametrize("damage", ["cut", "empty", "nonsense", "missing", "no config"])
def test_damaged_checkpoints_are_named(tmp_path, damage, capsys):
    source = write(tmp_path / "source", BERT, bert_weights(), bert_files())
    path = source / "model.safetensors"
    whole = path.read_bytes()
    if damage == "no config":
        (source / "config.json").unlink()
    elif damage == "missing":
        path.unlink()
    else:
        path.write_bytes({"cut": whole[:-8], "empty": b"", "nonsense": b"x" * 500}[damage])
    out = tmp_path / "out.gguf"
    arguments = ["convert_model", "--source", str(source), "--out", str(out)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", arguments)
        assert main() == 1
    assert capsys.readouterr().err.startswith("convert_model: ")
    assert not out.exists()
