"""The proof that one pass does the work of T − 1, as words, digits and lengths."""

from dataclasses import dataclass
from math import log
from typing import Annotated
from zlib import crc32

from app.formatting import counted, duration, scientific
from app.language import _, number
from app.proof import Proof
from app.sentences import InputError

ROUNDING = 1e-5  # of a probability: what sums in another order can differ by, in 32 bits


@dataclass(frozen=True)
class TimeView:
    """One of the two times, as a bar."""

    what: Annotated[str, "which passes took it"]
    pairs_each: Annotated[str, "how many pairs a pass scores"]
    time: Annotated[str, "the time, as shown"]
    width: Annotated[str, "the bar's length in percent of the longer one's, for SVG"]


@dataclass(frozen=True)
class ProofView:
    """The panel, or why there is none."""

    sentence: Annotated[str, "the text that it is about"]
    query: Annotated[str, "the URL's query of the stage it was asked from"]
    error: Annotated[str, "what is wrong with the text or the address, and the remedy; empty where nothing is"]
    times: Annotated[tuple[TimeView, ...], "one pass, then the separate ones; none where the text is refused"]
    speed: Annotated[str, "the factor between the two times, in words"]
    how: Annotated[str, "how the times were taken"]
    difference: Annotated[str, "the largest difference of any probability"]
    compared: Annotated[str, "how many probabilities were compared"]
    verdict: Annotated[str, "what the difference means"]


def place(sentence: str) -> str:
    """The name of the place on a stage for the proof about its sentence, so that it stays from step to step only."""
    return f"proof-{crc32(sentence.encode())}"


def refused_proof(sentence: str, query: str, error: InputError) -> ProofView:
    """The panel for a text that cannot be used."""
    return ProofView(sentence, query, error.message, (), "", "", "", "", "")


def proof_view(proof: Proof, sentence: str, query: str, error: str = "") -> ProofView:
    """The panel for a proof; error: what else in the address it was asked at cannot be."""
    n, difference = proof.n_pairs, proof.largest_difference
    longer = max(proof.one_pass, proof.separate_passes)
    passes = counted(n, "%(n)s pass over the only prefix", "%(n)s passes, each over one prefix")
    return ProofView(
        sentence=sentence,
        query=query,
        error=error,
        times=(
            _time(_("1 masked pass over the sentence"), n, proof.one_pass / longer, proof.one_pass),
            _time(passes, 1, proof.separate_passes / longer, proof.separate_passes),
        ),
        speed=_speed(proof.factor),
        how=counted(
            proof.n_rounds,
            "Measured once, just now, on this server.",
            "Medians of %(n)s rounds, in turns, just now, on this server.",
        ),
        difference=scientific(log(difference)) if difference else "0",
        compared=counted(
            n, "%(n)s step × %(tokens)s tokens", "%(n)s steps × %(tokens)s tokens", tokens=proof.vocab_size
        ),
        verdict=_verdict(difference),
    )


def _speed(factor: float) -> str:
    if factor < 1.05:
        return _("no faster for so few pairs")
    return _("%(n)s times as fast") % {"n": number(factor, ".1f")}


def _time(what: str, n_pairs: int, part: float, seconds: float) -> TimeView:
    pairs_each = counted(n_pairs, "%(n)s pair per pass", "%(n)s pairs per pass")
    return TimeView(what, pairs_each, duration(seconds), f"{100 * part:.4f}")


def _verdict(difference: float) -> str:
    if not difference:
        return _("Not one digit differs.")
    if difference < ROUNDING:
        return _("Floating-point sums, taken in another order, differ by so much. Otherwise they are the same numbers.")
    return _("That is more than rounding in 32 bits explains: this model’s passes do not quite agree.")
