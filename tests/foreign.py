"""Tiny models of other makers' architectures with random weights, written to folders as `transformers` writes them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tokenizers
import torch
from safetensors.torch import load_file, save_file
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import GPT2Config, GPTNeoXConfig, LlamaConfig, PreTrainedConfig
from transformers.models.auto.modeling_auto import AutoModelForCausalLM

from tests.conftest import TEXTS

Maker = Callable[[Path], Path]

BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
SMALL: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}


def byte_level(vocab_size: int = 320) -> tokenizers.Tokenizer:
    """As GPT-2's: nothing is put around a text, and <|endoftext|> is entry 0."""
    backend = tokenizers.Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|endoftext|>"],
        show_progress=False,
    )
    backend.train_from_iterator(TEXTS * 3, trainer)
    backend.post_processor = processors.ByteLevel(trim_offsets=True)
    return backend


def with_bos(backend: tokenizers.Tokenizer) -> tokenizers.Tokenizer:
    backend.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return backend


def unigram() -> tokenizers.Tokenizer:
    """As XGLM's: a space is put before a text that has none, and bytes stand for what the vocabulary lacks."""
    words = sorted({f"▁{word}" for text in TEXTS for word in text.split()})
    letters = sorted({letter for text in TEXTS for letter in text} - {" "})
    scores = {"<unk>": 0.0, "<s>": 0.0, "</s>": 0.0, **dict.fromkeys(BYTES, -20.0), **dict.fromkeys(words, -5.0)}
    vocab = [*scores.items(), ("▁", -7.0), *((letter, -9.0) for letter in letters)]
    backend = tokenizers.Tokenizer(models.Unigram(vocab, 0, byte_fallback=True))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
    backend.add_special_tokens(["<unk>", "<s>", "</s>"])
    return with_bos(backend)


def llama_bpe() -> tokenizers.Tokenizer:
    """As Llama 2's: a space is put before every text, also before one that begins with a space."""
    backend = tokenizers.Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    backend.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    backend.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    special = ["<unk>", "<s>", "</s>"]
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=[*special, *BYTES], show_progress=False)
    backend.train_from_iterator([word for text in TEXTS * 3 for word in text.split()], trainer)
    parts = json.loads(backend.to_str())
    parts["added_tokens"] = parts["added_tokens"][:3]
    return with_bos(tokenizers.Tokenizer.from_str(json.dumps(parts)))


def word_piece() -> tokenizers.Tokenizer:
    """As BERT's: lower case, no spaces, [CLS] before and [SEP] after every text."""
    letters = "abcdefghijklmnopqrstuvwxyz.,"
    entries = ["[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters), "the", "cat", "sat"]
    vocab = {entry: token_id for token_id, entry in enumerate(entries)}
    backend = tokenizers.Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer()
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece()
    backend.add_special_tokens(entries[:3])
    backend.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    return backend


def words() -> tokenizers.Tokenizer:
    """A word a token, "<s>" among them."""
    vocab = {"<unk>": 0, "<s>": 1, "the": 2, "cat": 3}
    backend = tokenizers.Tokenizer(models.WordLevel(vocab, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    backend.add_special_tokens(["<unk>", "<s>"])
    return backend


def write(folder: Path, config: PreTrainedConfig, backend: tokenizers.Tokenizer, **tokenizer: Any) -> Path:
    """A checkpoint whose weights are large enough that every position's distribution differs."""
    torch.manual_seed(7)
    make: Any = AutoModelForCausalLM.from_config
    network = make(config)
    for parameter in network.parameters():
        if parameter.ndim == 2:
            torch.nn.init.normal_(parameter, std=0.3)
    network.save_pretrained(folder)
    backend.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"} | tokenizer)
    )
    return folder


def gpt2(folder: Path) -> Path:
    """No BOS is put before a text; 64 positions."""
    backend = byte_level()
    shape: dict[str, Any] = {
        "n_embd": 32,
        "n_layer": 2,
        "n_head": 2,
        "n_positions": 64,
        "bos_token_id": 0,
        "eos_token_id": 0,
    }
    config = GPT2Config(vocab_size=backend.get_vocab_size(), **shape)
    return write(folder, config, backend, tokenizer_class="GPT2Tokenizer")


def llama(folder: Path) -> Path:
    """A BOS before every text, fewer key heads than heads, matrices that are not tied; 80 positions."""
    backend = unigram()
    shape = SMALL | {"num_key_value_heads": 2, "max_position_embeddings": 80}
    return write(folder, LlamaConfig(vocab_size=backend.get_vocab_size(), **shape), backend, bos_token="<s>")


def gpt_neox(folder: Path) -> Path:
    """A vocabulary filled up to a round 384 rows, 4,096 positions, and runs of spaces that were added as tokens."""
    backend = byte_level()
    backend.add_tokens(["  ", "   "])
    shape = SMALL | {"max_position_embeddings": 4096, "bos_token_id": 0, "eos_token_id": 0}
    return write(folder, GPTNeoXConfig(vocab_size=384, **shape), backend)


def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "damaged"))


def edit_weights(change: Callable[[dict[str, torch.Tensor]], object]) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        weights = load_file(folder / "model.safetensors")
        change(weights)
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})

    return edit
