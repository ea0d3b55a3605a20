"""The command line: `python -m app …`."""

import gc
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app import cli_bench
from app.console import SHARDS, console, fail
from app.sentences import DEFAULT_TOP_K, MAX_TOP_K, check_top_k
from app.settings import CHECKPOINTS, Settings, table

# Only what every command needs is imported above: `--help` should not wait for torch.

app = typer.Typer(
    help="See how one sentence becomes many training pairs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_bench.app)


def main() -> None:
    """Run the command line; what is wrong with an input or a file ends it with one clear line."""
    try:
        app()
    except Exception as error:
        from pydantic import ValidationError

        from app.checkpoint import CheckpointError
        from app.sentences import BankError, InputError
        from app.web.assets import AssetError

        if isinstance(error, ValidationError):
            first = error.errors()[0]
            why = first["msg"].removeprefix("Value error, ")  # pydantic's word for those of our own
            fail(f"FREELABELS_{str(first['loc'][0]).upper()} is “{first['input']}”: {why}")
        if not isinstance(error, CheckpointError | BankError | AssetError | InputError):
            raise
        fail(str(error))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes, each with its own copy of the model.")] = 1,
) -> None:
    """Serve the app."""
    gc.disable()  # until the app has started: nothing that is imported is garbage, and to find that out takes long
    from app.web import server

    try:
        server.serve(Settings(), host, port, workers)
    except server.AddressError as error:
        fail(str(error))


@app.command()
def settings() -> None:
    """Print what an operator can set, as docs/operation.md shows it."""
    sys.stdout.write(f"{table()}\n")


@app.command()
def pairs(
    text: Annotated[str, typer.Argument(help="The sentence to cut into pairs.")],
    top_k: Annotated[
        int, typer.Option(help=f"How many candidates a pair lists with --json, 1 to {MAX_TOP_K}.")
    ] = DEFAULT_TOP_K,
    as_json: Annotated[bool, typer.Option("--json", help="Print what GET /api/pairs answers.")] = False,
) -> None:
    """Print a sentence's training pairs and what the model expected at each."""
    from app.language_model import load
    from app.predict import Predictor
    from app.view_terminal import pairs_sums, pairs_table
    from app.web.schemas import PairsResponse

    check_top_k(top_k)
    predictor = Predictor(load(Settings()))
    analysis = predictor.analyze(text, top_k)
    if as_json:
        sys.stdout.write(PairsResponse.of(analysis, predictor.model).model_dump_json(indent=2) + "\n")
        return
    console.print(pairs_table(analysis, console.width))
    console.print(pairs_sums(analysis))


@app.command()
def count(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders: .txt, .md, .jsonl, and .gz of these.")],
    whole: Annotated[
        bool, typer.Option("--whole", help="A .txt is one document, instead of documents parted by blank lines.")
    ] = False,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0: one for each core.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers alone.")] = False,
) -> None:
    """Count the training pairs of texts: documents, tokens and Σ (T − 1), in memory that does not grow."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from app import count_files as counting
    from app.count import vocabulary

    by = vocabulary(Settings().checkpoint)
    found = list(counting.files(paths))
    size = sum(path.stat().st_size for path in found)
    columns = (TextColumn("counting"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=size)
        counts = list(
            counting.count_files(
                found,
                whole,
                by.tokenizer,
                workers or counting.cores(),
                lambda read: bar.update(task, completed=read),
            )
        )
    if as_json:
        sys.stdout.write(json.dumps(counting.as_json(counts, by), indent=2) + "\n")
    else:
        console.print(counting.table(counts, by))
    if refused := [file.error for file in counts if file.error]:
        fail("\n       ".join(refused))


@app.command()
def pretrain(
    corpus: Annotated[
        str,
        typer.Option(
            help="A folder of .txt files, documents parted by blank lines, or a Hugging Face dataset, "
            "hf://OWNER/NAME?field=text&split=train."
        ),
    ],
    shards: Annotated[Path, typer.Option(help="Where the corpus is kept as tokens, with its vocabulary.")] = SHARDS,
    run: Annotated[Path, typer.Option(help="Where snapshots and the state to resume from are kept.")] = Path(
        "runs/tiny"
    ),
    out: Annotated[Path, typer.Option(help="Where the finished checkpoint goes.")] = CHECKPOINTS / "tiny",
    heldout: Annotated[
        str | None, typer.Option(help="A corpus kept for reporting: what repeats it is not learnt from.")
    ] = None,
    documents: Annotated[
        int | None, typer.Option(min=1, help="Read no more than the first so many documents of each source.")
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(help="A finished checkpoint to begin with; what it learnt from counts towards the budgets."),
    ] = None,
    tokens: Annotated[int, typer.Option(min=1, help="Budget: labels to learn from.")] = 30_000_000,
    minutes: Annotated[float, typer.Option(help="Budget: minutes of training. The nearer end rules.")] = float("inf"),
    learning_rate: Annotated[float, typer.Option(help="Learning rate at its peak.")] = 4e-3,
    cooldown: Annotated[
        float, typer.Option(min=0.01, max=1, help="Share of the budget over which the learning rate falls to 0.")
    ] = 0.3,
    typed_share: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the pieces read in lower case, without a final full stop.")
    ] = 0.3,
    seed: Annotated[int, typer.Option()] = 1,
    threads: Annotated[int, typer.Option(min=0, help="CPU threads of a process; 0: as many as torch likes.")] = 0,
) -> None:
    """Pretrain a model from a corpus. Ctrl-C stops it; the same command goes on where it stopped."""
    from app.pretrain.command import pretrain as train

    try:
        train(
            corpus,
            shards,
            run,
            out,
            console,
            threads,
            heldout,
            documents,
            start,
            tokens=tokens,
            minutes=minutes,
            learning_rate=learning_rate,
            cooldown=cooldown,
            typed_share=typed_share,
            seed=seed,
        )
    except (ValueError, OSError) as error:
        fail(str(error))


@app.command()
def evaluate(
    heldout: Annotated[str, typer.Option(help="Documents never trained on, as a corpus.")],
    shards: Annotated[Path, typer.Option(help="The corpus as tokens, which the baselines count.")] = SHARDS,
    cloze: Annotated[Path | None, typer.Option(exists=True, help="Lines of a context, a tab, accepted words.")] = None,
    card: Annotated[bool, typer.Option("--card", help="Put what is found into the model's card, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers alone.")] = False,
) -> None:
    """Measure the model on held-out text, beside a unigram and a 5-gram model of the same training documents."""
    from app.checkpoint import load
    from app.pretrain.card import add_evaluation
    from app.pretrain.evaluate import evaluate as measure
    from app.pretrain.shards import manifest_rows
    from app.pretrain.sources import sources
    from app.pretrain.tables import tables
    from app.sentences import Bank

    checkpoint = own_checkpoint(shards)
    loaded = load(checkpoint)
    try:
        report = measure(loaded, shards, sources(heldout), cloze, Bank.load(Settings().sentences).sentences)
        if card:
            add_evaluation(checkpoint, report, manifest_rows(shards))
    except (ValueError, OSError) as error:
        fail(str(error))
    if as_json:
        sys.stdout.write(json.dumps(report.as_json(), indent=2) + "\n")
    else:
        console.print(*tables(report), sep="\n")


@app.command()
def bitter(
    shards: Annotated[Path, typer.Option(help="The corpus as tokens, which the counting models count.")] = SHARDS,
    pieces: Annotated[
        int | None, typer.Option(min=1, help="About so many validation pieces are scored instead of all.")
    ] = None,
) -> None:
    """Measure rules, counting and the network on growing amounts of the same text, and store it with the model."""
    from app.checkpoint import load
    from app.pretrain.bitter import measure, table, write

    checkpoint = own_checkpoint(shards)
    try:
        with console.status("") as status:
            result = measure(load(checkpoint), checkpoint, shards, pieces, status.update)
    except (ValueError, OSError) as error:
        fail(str(error))
    write(checkpoint, result)
    console.print(table(result))


@app.command()
def finetune_curve(
    seeds: Annotated[int, typer.Option(min=2, max=20, help="Runs of each kind: 1 to so many are their seeds.")] = 5,
    rates: Annotated[
        bool, typer.Option("--rates", help="Compare learning rates instead, without the test sentences.")
    ] = False,
) -> None:
    """Finetune on the labelled sentences, over and over, and store the curve with the model. Takes ten minutes."""
    import torch
    from rich.progress import track

    from app.checkpoint import load
    from app.finetune import curve
    from app.finetune.rates import TRIALS, trials
    from app.finetune.rates import table as rates_table

    checkpoint = own_checkpoint()
    torch.set_num_threads(Settings().threads or torch.get_num_threads())
    tried = range(1, seeds + 1)
    if rates:
        found = track(trials(load(checkpoint), tried), "finetuning", total=TRIALS, console=console)
        console.print(rates_table(list(found)))
    else:
        points = track(curve.measure(load(checkpoint), tried), "finetuning", len(curve.plan()), console=console)
        console.print(curve.table(curve.save(checkpoint, tried, list(points))))


def own_checkpoint(shards: Path | None = None) -> Path:
    """The folder of the model that the settings name, where it is this project's own and shards are there to count."""
    from app.checkpoint import is_ours

    settings = Settings()
    if shards and not (shards / "manifest.json").is_file():
        fail(f"{shards} holds no shards, and the baselines count them: run pretrain first, or name its --shards")
    if not settings.checkpoint.is_dir() or not is_ours(settings.checkpoint):
        fail(
            f"{settings.model} is no checkpoint of this project's own, and only those are measured. "
            "Name a folder that pretrain wrote in FREELABELS_MODEL"
        )
    return settings.checkpoint
