"""Free Labels: one sentence becomes many training pairs, and nobody labels a thing.

A sentence flows one way through these files, each knowing only those before it:

    language.py       the interface's language: messages by gettext, and the marks in numbers
    sentences.py      the bank, a random draw, and the limits on a visitor's text
    tokenizer.py      text to tokens with character spans, and back
    pairs.py          T tokens to T − 1 pairs (context, label), and the causal mask
    model.py          the network: token ids to logits in one causal pass
    merged.py         the same network, laid out for quick passes
    checkpoint.py     the network and its tokenizer, to and from a folder
    snapshots.py      what the network knew on the way: its weights at moments of its training
    hub_tokenizer.py  the same as tokenizer.py for other makers' tokenizers
    hub.py            the same as checkpoint.py for other makers' models, by `transformers`
    language_model.py what the rest asks of either, and which one a name means
    batching.py       passes that are asked for side by side, run as one
    predict.py        the pass over a sentence: each pair's probability, rank, loss, top candidates
    words.py          the same predictions, counted in words
    proof.py          the one pass against T − 1 passes, timed and compared
    moments.py        the model as it was earlier in its training
    formatting.py     numbers and tokens as people read them
    guess.py          guessing first: candidates, a person's guesses and their scores in bits
    state.py          the URL of a stage: sentence, step, options and guesses
    embedding.py      what a page that embeds it asks for: controls to leave out, steps to keep to
    share.py, view_share.py   a view to hand out: as a link, a frame, a QR code
    view_options.py   switches, themes and languages, as links
    view_guess.py     guessing first, as words, digits and lengths
    view_staircase.py all pairs at once, as rows or folded
    view_words.py     words or tokens, and a word's probability as a product
    view_moments.py   a pair's loss over the model's training
    view_pair.py      the pair that is shown, and the model's expectations as bars
    view.py           the predictions as words, digits and lengths: what templates show
    view_proof.py     the proof as words and lengths
    view_hidden.py    the same without what is still to be guessed
    charts.py, view_card.py   the model's card as charts and words
    view_examples.py  what it expects in telling places, on its card
    export.py, view_export.py   the pairs as a file, also of a longer text
    view_worksheet.py pairs on paper, to fill in, and the answers
    view_preview.py   the picture that other sites show beside a link
    notebook.py       the predictions in a notebook: `from app import analyze`
    view_terminal.py  the predictions as a table for a terminal
    lesson/           the lesson: what each of its parts computes, and shows
    web/              a module a page or API; main.py puts them together into the app

Whole texts rather than a sentence:

    finetune/         from the pretrained network to a classifier, by a few labels
    decoding.py       bytes to text, as they arrive: unpacked, and read as UTF-8
    documents.py      text to documents
    count.py          documents to tokens and pairs, counted
    count_files.py    the same for files and folders, on all cores
    ruler.py, view_ruler.py   how much text there is, from a sentence to the web
    view_bitter.py    rules, counting and the network on growing amounts of text

Beside the flow: settings.py (what an operator can set), bench.py, bench_passes.py, bench_browser.py and bench_load.py
(how fast it is: beside others, on screen, before a hall), cli.py, cli_bench.py and console.py (`python -m app …`), and
pretrain/, which makes the checkpoint in checkpoints/. main.py builds the app.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.notebook import Pairs

__all__ = ["analyze"]


def analyze(text: str, model: str = "tiny", top_k: int = 8) -> "Pairs":
    """Cut a text of T tokens into its T − 1 training pairs, and score them all in one causal pass.

    model: as FREELABELS_MODEL has it; it is loaded once. top_k: how many candidates each pair lists, 1 to 100. A
    notebook shows what is returned as a table. Raises `app.sentences.InputError` where the text cannot be used: it is
    empty, longer than 2,000 characters or the model's context, or holds control characters.
    """
    from app.notebook import analyze  # PyTorch takes its time, and `import app` should not

    return analyze(text, model, top_k)
