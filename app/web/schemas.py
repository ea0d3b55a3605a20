"""What the JSON API answers."""

from pydantic import BaseModel, Field

from app.language_model import LanguageModel
from app.predict import Analysis


class ModelInfo(BaseModel):
    """The model whose probabilities these are."""

    name: str = Field(examples=["tiny"])
    parameters: int = Field(description="numbers that training adjusted", examples=[6843648])
    vocab_size: int = Field(description="V, different tokens", examples=[8192])
    context_length: int = Field(description="tokens that a text may have", examples=[128])

    @classmethod
    def of(cls, model: LanguageModel) -> "ModelInfo":
        """Describe a model."""
        return cls(
            name=model.name,
            parameters=model.n_parameters,
            vocab_size=model.vocab_size,
            context_length=model.context_length,
        )


class TokenInfo(BaseModel):
    """One of the T tokens."""

    position: int = Field(description="t of x_t, from 1", examples=[1])
    id: int = Field(examples=[271])
    text: str = Field(description="legible text; bytes that are no whole character as ⟨E2 82⟩", examples=["The"])
    start: int = Field(description="first character that it touches, from 0", examples=[0])
    end: int = Field(description="the character after its last", examples=[3])


class CandidateInfo(BaseModel):
    """A token that the model expected."""

    id: int = Field(examples=[5])
    text: str = Field(examples=[" little"])
    probability: float = Field(description="over the whole vocabulary", examples=[0.09])


class PairInfo(BaseModel):
    """One of the T − 1 training pairs, and what the model expected there."""

    step: int = Field(description="the pair's number, position − 1", examples=[1])
    position: int = Field(description="t of the label x_t", examples=[2])
    context: str = Field(description="x_1 … x_{t−1} as text", examples=["The"])
    label: str = Field(description="x_t as text", examples=[" boat"])
    label_id: int = Field(examples=[912])
    probability: float = Field(description="P(label | context)", examples=[0.0123])
    rank: int = Field(description="1 + the number of tokens more probable than the label", examples=[17])
    loss: float = Field(description="−ln probability, in nats", examples=[4.398])
    top: list[CandidateInfo] = Field(description="the most probable tokens, best first")
    remainder: float = Field(
        description="1 − the sum of `top`, so it falls as `top_k` grows; the page’s is less by the label’s own "
        "probability where the label is not in `top`",
        examples=[0.41],
    )


class PairsResponse(BaseModel):
    """A sentence's tokens and training pairs."""

    sentence: str = Field(description="the text that was cut", examples=["The boat drifted across the lake."])
    model: ModelInfo
    tokens: list[TokenInfo] = Field(description="T of them")
    pairs: list[PairInfo] = Field(description="T − 1 of them")
    mean_loss: float = Field(description="cross-entropy in nats per pair", examples=[3.18])
    perplexity: float = Field(description="exp(mean_loss)", examples=[24.0])

    @classmethod
    def of(cls, analysis: Analysis, model: LanguageModel) -> "PairsResponse":
        """Put an analysis into the contract's form."""
        return cls(
            sentence=analysis.sentence,
            model=ModelInfo.of(model),
            tokens=[
                TokenInfo(position=position, id=token.id, text=token.text, start=token.start, end=token.end)
                for position, token in enumerate(analysis.tokens, start=1)
            ],
            pairs=[PairInfo.model_validate(prediction, from_attributes=True) for prediction in analysis.predictions],
            mean_loss=analysis.mean_loss,
            perplexity=analysis.perplexity,
        )


class VocabularyInfo(BaseModel):
    """The tokens that a text was counted by."""

    name: str = Field(description="the model whose they are", examples=["tiny"])
    vocab_size: int = Field(description="V, different tokens", examples=[8192])


class DocumentInfo(BaseModel):
    """One document of a text."""

    number: int = Field(description="from 1", examples=[1])
    opening: str = Field(description="its first characters", examples=["The boat drifted across the lake."])
    tokens: int = Field(description="T", examples=[9])
    pairs: int = Field(description="T − 1", examples=[8])


class CountResponse(BaseModel):
    """What a text comes to as training pairs."""

    name: str = Field(description="the file's name; text.txt for a text that was typed", examples=["book.txt"])
    bytes: int = Field(description="of text, unpacked", examples=[35])
    vocabulary: VocabularyInfo
    documents: int = Field(description="those that are not empty", examples=[1])
    tokens: int = Field(description="T_x summed over all documents x", examples=[9])
    pairs: int = Field(description="T_x − 1 summed over all documents x: tokens − documents", examples=[8])
    stream_pairs: int = Field(description="tokens − 1: as many, were all documents one", examples=[8])
    first: list[DocumentInfo] = Field(description="the first documents, ten at most")


class RandomResponse(BaseModel):
    """A sentence of the bank."""

    sentence: str = Field(examples=["Who left the kitchen window open all night?"])
    theme: str = Field(description="the title of its theme", examples=["Everyday life"])


class ErrorDetail(BaseModel):
    """What is wrong, the limit and the remedy."""

    code: str = Field(description="for programs", examples=["too_few_tokens"])
    message: str = Field(
        description="for people",
        examples=["The text is 1 token, and a pair takes two: a context and its label. Add a word."],
    )
    limit: int | None = Field(None, examples=[2])
    actual: int | str | None = Field(None, examples=[1])


class ErrorResponse(BaseModel):
    """The answer to an input that cannot be used."""

    error: ErrorDetail


class HealthResponse(BaseModel):
    """Whether the app is alive or ready."""

    status: str = Field(examples=["ok"])
