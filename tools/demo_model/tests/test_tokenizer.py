"""The tokenizer keeps text whole, digits alone, and names the same wherever they stand."""

from __future__ import annotations

import pytest

pytest.importorskip("tokenizers")

from demo_model import mixture  # noqa: E402
from demo_model.template import rendered  # noqa: E402
from demo_model.tokenizer import SPECIAL_TOKENS, ChatFormat, train_tokenizer  # noqa: E402


@pytest.fixture(scope="module")
def chat() -> ChatFormat:
    return ChatFormat(train_tokenizer(mixture.training(1, 800), 1024))


def test_text_comes_back_whole(chat):
    for one in mixture.training(2, 100):
        text = "".join(part for part, _ in rendered(one))
        ids, learned = chat.tokens(one)
        assert chat.decode(ids) == text
        assert len(ids) == len(learned)
    for text in ("naïve Ünïcode 漢字 🙂", "a  b\n\n\n c\t", "\x00\x7f"):
        assert chat.decode(chat.encode(text)) == text


def test_the_vocabulary_is_exactly_as_large_as_asked(chat):
    assert chat.vocabulary == 1024


def test_digits_stand_alone(chat):
    assert len(chat.encode("1234567890")) == 10


def test_special_tokens_are_one_token_each(chat):
    for token in SPECIAL_TOKENS:
        assert len(chat.encode(token)) == 1


def test_a_rare_name_has_the_same_tokens_everywhere(chat):
    name = "Quolthrand"
    alone = chat.encode(name)
    assert len(alone) > 1
    for before in ('"', "(", " ", "\n", ": ", '{"name": "'):
        assert chat.encode(before + name)[-len(alone) :] == alone


def test_training_is_reproducible(chat):
    again = train_tokenizer(mixture.training(1, 800), 1024)
    assert again.to_str() == chat.tokenizer.to_str()


def test_only_answers_are_learned(chat):
    one = next(d for d in mixture.training(6, 100) if not d.thinking and len(d.turns) == 2)
    ids, learned = chat.tokens(one)
    said = chat.decode([i for i, learn in zip(ids, learned) if learn])
    assert said.endswith("<|eot_id|>")
    assert said.count("<|start_header_id|>") == 0
