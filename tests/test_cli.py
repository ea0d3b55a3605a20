import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starlette.testclient import TestClient

from app import cli, cli_bench
from app.console import console
from app.formatting import percent, visible
from tests.server import environment

SENTENCE = "The boat drifted across the lake."


class Outcome(NamedTuple):
    status: int
    output: str
    errors: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command line as the shell would, in this process."""

    def run(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["python -m app", *arguments])
        monkeypatch.setattr(console, "width", 160)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), captured.out, captured.err)

    return run


@pytest.mark.parametrize("options", [{}, {"top_k": "3"}])
def test_json_is_what_the_api_answers(run: Any, client: TestClient, options: dict[str, str]) -> None:
    sentence = "naïve 😀 boats &\tcats"
    arguments = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    outcome = run("pairs", "--json", *arguments, sentence)
    answer = client.get("/api/pairs", params={"sentence": sentence, **options}).json()
    assert outcome.status == 0
    assert json.loads(outcome.output) == answer


def test_the_table_has_a_row_a_pair_and_the_sums(run: Any, client: TestClient) -> None:
    outcome = run("pairs", SENTENCE)
    answer = client.get("/api/pairs", params={"sentence": SENTENCE}).json()
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in outcome.output.splitlines() if "│" in line]
    assert outcome.status == 0
    assert [row[:5] for row in rows] == [
        [
            str(pair["step"]),
            pair["context"],
            visible(pair["label"]),
            percent(pair["probability"]),
            f"{pair['rank']:,}",
        ]
        for pair in answer["pairs"]
    ]
    n_tokens = len(answer["tokens"])
    assert f"{n_tokens} tokens, {n_tokens - 1} pairs; mean loss {answer['mean_loss']:.2f} nats" in outcome.output


@pytest.mark.parametrize("text", ["[bold]not[/bold] markup", "[/] :smile: \\[x]"])
def test_a_text_that_looks_like_terminal_markup_is_only_text(run: Any, text: str) -> None:
    last = [line for line in run("pairs", text).output.splitlines() if "│" in line][-1].split("│")
    assert text.startswith(last[2].strip())
    assert len(last[2].strip()) > len(text) / 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There is no text yet."),
        ("a", "The text is 1 token"),
        ("x" * 2_001, "2,001 characters; the limit is 2,000"),
        ("0" * 129, "129 tokens; the limit is 128"),
        ("one\x07two", "U+0007"),
        ("not utf-8: \udcff", "U+DCFF"),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_text_that_cannot_be_used_ends_with_status_2_and_one_line(
    run: Any, text: str, words: str, form: list[str]
) -> None:
    outcome = run("pairs", *form, text)
    (line,) = outcome.errors.splitlines()
    assert (outcome.status, outcome.output) == (2, "")
    assert line.startswith("Error: ")
    assert words in line


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["pairs"], ["pairs", "--top-k", "x", "a b"], ["serve", "--port", "x"]]
)
def test_a_wrong_command_ends_with_status_2(run: Any, arguments: list[str]) -> None:
    outcome = run(*arguments)
    assert outcome.status == 2
    assert "Usage: " in outcome.errors
    assert "Traceback" not in outcome.errors


@pytest.mark.parametrize("top_k", ["0", "101", "-5"])
def test_a_number_of_candidates_is_refused_with_the_apis_words(run: Any, client: TestClient, top_k: str) -> None:
    outcome = run("pairs", "--top-k", top_k, "a b")
    error = client.get("/api/pairs", params={"sentence": "a b", "top_k": top_k}).json()["error"]
    assert (outcome.status, outcome.output) == (2, "")
    assert outcome.errors == f"Error: {error['message']}\n"


def test_a_model_of_another_maker_is_not_measured_and_why_is_said(
    run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    monkeypatch.setenv("FREELABELS_MODEL", "gpt2")
    outcome = run("evaluate", "--heldout", str(tmp_path), "--shards", str(tmp_path))
    assert outcome.status == 2
    assert outcome.errors.startswith("Error: gpt2 is no checkpoint of this project's own")
    assert len(outcome.errors.splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "package"), [("bench", "onnxruntime"), ("bench-load", "locust"), ("bench-browser", "playwright")]
)
def test_a_benchmark_names_the_package_that_it_lacks(
    run: Any, monkeypatch: pytest.MonkeyPatch, command: str, package: str
) -> None:
    monkeypatch.setattr(cli_bench, "find_spec", lambda name: None)
    outcome = run(command)
    assert outcome.status == 2
    assert outcome.errors.startswith(f"Error: {package}, which this measures with, is not installed: pip install -e")


COMMANDS = [
    *("serve", "settings", "pairs", "count", "pretrain", "evaluate", "bitter", "finetune-curve"),
    *("bench", "bench-browser", "bench-load", "bench-training"),
]


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_explains_every_command(run: Any, command: list[str]) -> None:
    outcome = run(*command, "--help")
    assert outcome.status == 0
    assert "Usage: " in outcome.output
    assert len(cli.app.registered_commands + cli_bench.app.registered_commands) == len(COMMANDS)
    assert all(name in outcome.output for name in (command or COMMANDS))


def test_python_m_app_helps_without_waiting_for_torch(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "app", "--help"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert "Usage: " in done.stdout
    assert "app.cli" in imported
    assert "torch" not in imported


@pytest.mark.parametrize(
    ("setting", "words"),
    [("FREELABELS_MODEL", "model.safetensors is missing"), ("FREELABELS_SENTENCES", "holds no sentence")],
)
@pytest.mark.parametrize("workers", ["1", "2"])
def test_serve_ends_with_one_line_where_a_file_is_wrong_before_a_server_starts(
    run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str, words: str, workers: str
) -> None:
    monkeypatch.setenv(setting, str(tmp_path))
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: pytest.fail("a server was started"))
    outcome = run("serve", "--port", "0", "--workers", workers)
    (line,) = outcome.errors.splitlines()
    assert outcome.status == 2
    assert line.startswith("Error: ")
    assert words in line
    assert str(tmp_path) in line
    assert setting in line


@pytest.mark.parametrize("workers", ["1", "2"])
def test_serve_names_an_address_that_it_cannot_have(run: Any, workers: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert run("serve", "--port", port, "--workers", workers).errors == (
            f"Error: 127.0.0.1 port {port}: address already in use; name another --host or --port\n"
        )


def test_a_setting_that_cannot_be_read_is_named_with_what_it_should_be() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "pairs", "a cat"],
        capture_output=True,
        text=True,
        env={**environment(), "FREELABELS_CACHE_MEGABYTES": "much"},
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Error: FREELABELS_CACHE_MEGABYTES is “much”: Input should be a valid number")
