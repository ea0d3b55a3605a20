"""Any causal language model that `transformers` opens, from a folder or from the Hugging Face hub.

It takes the extra `hub`. No code of a model's own is ever run, and weights are read as safetensors alone, because other
formats may hold code too.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from app.checkpoint import CheckpointError, padded
from app.hub_tokenizer import HubTokenizer
from app.settings import CHECKPOINTS
from app.tokenizer import Token

INSTALL = "pip install 'free-labels[hub]'"
REMEDY = "name another model in FREELABELS_MODEL"

# A page has a row a pair, and each row its context, so that its size grows with the square; and one pass over a quarter
# of a million entries takes half a gigabyte at 128 tokens. It is also what the shipped model reads.
MAX_CONTEXT = 128
CONTEXT_NAMES = ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "max_sequence_length", "seq_length")

# What a model is made of. Many repositories hold it again in folders and in other formats.
FILES, OTHER_FILES = ["*.json", "*.safetensors", "*.model", "*.txt"], ["*/*", "consolidated*"]

PROBE = "Nobody labelled a thing: each next token is the answer to all before it."
# Of a probability: rounding changes it by far less, and a token that should not have been seen by far more.
TOLERANCE = 1e-4


class HubModel:
    """A network of `transformers`, in evaluation mode, and its tokenizer: an `app.language_model.LanguageModel`.

    Special tokens that the tokenizer puts before every text, BOS for one, are context that nobody sees: the network
    reads them first, as it did in training, and what it expected after them is dropped.
    """

    def __init__(self, name: str, network: Any, tokenizer: HubTokenizer, vocab_size: int, positions: int) -> None:
        self.name = name
        self.network = network
        self.tokenizer = tokenizer
        self.vocab_size = vocab_size
        self.context_length = min(MAX_CONTEXT, positions - len(tokenizer.prefix))

    @property
    def n_parameters(self) -> int:
        """How many numbers training adjusted; tied ones count once."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    def tokens(self, text: str) -> list[Token]:
        """Text to tokens with character spans, without special tokens."""
        return self.tokenizer.tokens(text)

    def decode(self, token_ids: Iterable[int]) -> str:
        """The first tokens of a text to legible text."""
        return self.tokenizer.decode(token_ids)

    def text(self, token_id: int) -> str:
        """One token as legible text."""
        return self.tokenizer.text(token_id)

    def logits(self, token_ids: Sequence[int]) -> Tensor:
        """T ids -> (T, V) in one causal pass, after the prefix, whose own rows are left out."""
        return self.batch_logits([token_ids])[0]

    @torch.inference_mode()
    def batch_logits(self, texts: Sequence[Sequence[int]]) -> Sequence[Tensor]:
        """Several texts, T ids -> (T, V) each, in one causal pass."""
        prefix = self.tokenizer.prefix
        ids = padded([[*prefix, *token_ids] for token_ids in texts])
        out: Tensor = self.network(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False).logits
        return [
            rows[len(prefix) : len(prefix) + len(token_ids)].float() for rows, token_ids in zip(out, texts, strict=True)
        ]


def fetch(name: str) -> HubModel:
    """Open a model by its id on the hub; from the copy that an earlier fetch kept, where the hub does not answer."""
    shipped = ", ".join(sorted(folder.name for folder in CHECKPOINTS.iterdir() if folder.is_dir()))
    tried = f"{name} is neither shipped (that is {shipped}) nor a folder here"
    _require_transformers(f"{tried}; asking the Hugging Face hub for it")
    from huggingface_hub import snapshot_download

    try:
        folder = snapshot_download(name, allow_patterns=FILES, ignore_patterns=OTHER_FILES)
    except Exception as error:  # of the hub, of the connection to it, of the disk
        raise CheckpointError(
            f"{tried}, and the Hugging Face hub did not give it ({_reason(error)}): check the name and the connection; "
            f"to need none, run `hf download {name} --local-dir FOLDER` where there is one, "
            "and name that folder in FREELABELS_MODEL"
        ) from error
    return _open(name, Path(folder), name)


def load(folder: Path) -> HubModel:
    """Open the model in a folder; CheckpointError where it cannot be used."""
    _require_transformers(f"{folder} holds no checkpoint of this project's own; opening another's")
    return _open(str(folder), folder, folder.absolute().name)


def _require_transformers(what: str) -> None:
    try:
        import transformers
    except ImportError as error:
        raise CheckpointError(f"{what} takes the extra `hub`: {INSTALL}, or {REMEDY}") from error
    logging: Any = transformers.logging
    logging.set_verbosity_error()  # what matters of its remarks is checked here, and said in one line


def _open(source: str, folder: Path, name: str) -> HubModel:
    """Open a folder; `source` is how errors call it."""
    from transformers import AutoConfig

    try:
        config: Any = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except Exception as error:  # a model's files can be wrong in any way
        raise _refusal(source, f"its config.json cannot be used ({_reason(error)})") from error
    tokenizer = _open_tokenizer(source, folder)
    network = _open_network(source, folder, config)
    shape = config.get_text_config()
    lengths = [value for key in CONTEXT_NAMES if isinstance(value := getattr(shape, key, None), int) and value > 0]
    model = HubModel(name, network, tokenizer, shape.vocab_size, min(lengths, default=MAX_CONTEXT))
    _check(source, model)
    return model


def _open_tokenizer(source: str, folder: Path) -> HubTokenizer:
    from transformers import AutoTokenizer

    try:
        wrapper: Any = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        if not wrapper.is_fast:
            raise ValueError(f"{type(wrapper).__name__} is a slow one; a model with a tokenizer.json is needed")
        # Where its files are missing, one without a vocabulary may have been made up.
        if len(wrapper.backend_tokenizer.encode(PROBE, add_special_tokens=False).ids) < 2:
            raise ValueError("its vocabulary is missing")
        return HubTokenizer(wrapper.backend_tokenizer)
    except Exception as error:
        raise _refusal(source, f"its tokenizer cannot be used ({_reason(error)})") from error


def _open_network(source: str, folder: Path, config: Any) -> Any:
    from transformers import MODEL_FOR_CAUSAL_LM_MAPPING, AutoModelForCausalLM

    if type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
        raise _refusal(source, f"“{config.model_type}” is no architecture of causal language models")
    open_network: Any = AutoModelForCausalLM.from_pretrained
    try:
        network, found = open_network(
            folder,
            trust_remote_code=False,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # they are named below
        )
    except Exception as error:
        raise _refusal(source, f"its weights cannot be used ({_reason(error)})") from error
    if lacking := sorted([*found["missing_keys"], *(key for key, *_ in found["mismatched_keys"])]):
        raise _refusal(source, f"its weights lack {lacking[0]}, or have it in another shape than config.json says")
    for name, parameter in network.named_parameters():
        if not parameter.isfinite().all():
            raise _refusal(source, f"its weights are damaged ({name} holds what is no number)")
    return network.eval().requires_grad_(False)


def _check(source: str, model: HubModel) -> None:
    """Refuse a model whose numbers would not be what the app says they are."""
    highest, n_embedded = model.tokenizer.highest_id, model.network.get_input_embeddings().weight.shape[0]
    if highest >= min(n_embedded, model.vocab_size):
        raise _refusal(
            source,
            f"its tokenizer's ids go up to {highest}, but its network knows {n_embedded} tokens; "
            "they belong to different models",
        )
    ids = model.tokenizer.encode(PROBE)[: model.context_length]
    logits = model.logits(ids)
    if logits.shape[1] != model.vocab_size or not logits.isfinite().all():
        raise _refusal(source, f"a pass gives {logits.shape[1]} logits for {model.vocab_size} tokens, or no numbers")
    half = len(ids) // 2
    alone, seen_beside_more = (rows.softmax(dim=1) for rows in (model.logits(ids[:half]), logits[:half]))
    if (alone - seen_beside_more).abs().max() > TOLERANCE:
        raise _refusal(source, "it is no causal language model: what it expects depends on tokens still to come")


def _refusal(source: str, what: str) -> CheckpointError:
    return CheckpointError(f"{source}: {what}: {REMEDY}")


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
