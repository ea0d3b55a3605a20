from collections.abc import Callable
from pathlib import Path

import pytest

from app.checkpoint import Checkpoint
from app.sentences import MAX_CHARACTERS, Bank, BankError, InputError, check_text


@pytest.mark.parametrize("text", ["a", "two\nlines\tand a tab", "née 👩‍👩‍👧 漢字", "x" * MAX_CHARACTERS])
def test_a_text_of_any_language_up_to_the_limit_is_accepted(text: str) -> None:
    check_text(text)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("x" * (MAX_CHARACTERS + 1), "too_many_characters", "has 2,001 characters; the limit is 2,000. Shorten it."),
        ("", "empty_text", "Type a sentence"),
        (" \n\t\u3000", "empty_text", "Type a sentence"),
        ("ab\x00c", "forbidden_character", "Character 3 of the text is a control character, U+0000"),
        ("line\r\n", "forbidden_character", "Character 5 of the text is a control character, U+000D"),
        ("\x7f!", "forbidden_character", "Character 1 of the text is a control character, U+007F"),
        ("a\ud83d", "forbidden_character", "Character 2 of the text is half a surrogate pair, U+D83D"),
    ],
)
def test_a_text_that_cannot_be_used_is_refused_with_what_and_where_it_is(text: str, code: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        check_text(text)
    assert refused.value.code == code
    assert message in refused.value.message


def test_the_bank_holds_many_sentences_of_several_themes_each_of_them_once(bank: Bank) -> None:
    assert len(bank.sentences) >= 120
    assert len(set(bank.sentences)) == len(bank.sentences)
    assert len(bank.themes) >= 6
    assert all(len(theme.sentences) >= 10 and theme.title for theme in bank.themes)


def test_every_sentence_of_the_bank_has_6_to_24_tokens(bank: Bank, shipped: Checkpoint) -> None:
    sizes = {sentence: len(shipped.tokenizer.encode(sentence)) for sentence in bank.sentences}
    assert not {sentence: size for sentence, size in sizes.items() if not 6 <= size <= 24}


def test_no_sentence_is_drawn_twice_in_a_row_and_all_can_be_drawn(bank: Bank) -> None:
    seen = set()
    sentence = bank.opening
    for _ in range(20 * len(bank.sentences)):
        last, sentence = sentence, bank.draw(after=sentence)
        assert sentence != last
        seen.add(sentence)
    assert seen == set(bank.sentences)


def write(folder: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        (folder / f"{name}.txt").write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_a_bank_of_one_sentence_draws_it_again(tmp_path: Path) -> None:
    assert Bank.load(write(tmp_path, only="One sentence.")).draw(after="One sentence.") == "One sentence."


def test_a_file_is_a_title_then_a_sentence_a_line(tmp_path: Path) -> None:
    text = "\ufeff# The weather\r\nIt rained.\r\n\r\n# a comment\r\n  It snowed.  \r\nIt rained.\r\n"
    (theme,) = Bank.load(write(tmp_path, weather=text)).themes
    assert (theme.name, theme.title, theme.sentences) == ("weather", "The weather", ("It rained.", "It snowed."))


@pytest.mark.parametrize("first_line", ["", "#\n", "\n# a comment, not a title\n"])
def test_a_file_without_a_title_is_called_by_its_name(tmp_path: Path, first_line: str) -> None:
    (tmp_path / "garden-paths.txt").write_text(f"{first_line}The old man the boat.\n")
    (theme,) = Bank.load(tmp_path).themes
    assert (theme.title, theme.sentences) == ("Garden paths", ("The old man the boat.",))


def test_the_app_opens_on_everyday_life_and_other_themes_follow_by_name(tmp_path: Path) -> None:
    bank = Bank.load(write(tmp_path, weather="It rained.", everyday="I had tea.\nI left.", animals="A cat sat."))
    assert bank.opening == "I had tea."
    assert bank.sentences == ("I had tea.", "I left.", "A cat sat.", "It rained.")
    assert bank.theme_of("A cat sat.").name == "animals"


def test_a_theme_with_no_sentence_yet_is_left_out(tmp_path: Path) -> None:
    bank = Bank.load(write(tmp_path, empty="# Nothing here\n\n", weather="It rained."))
    assert [theme.name for theme in bank.themes] == ["weather"]


@pytest.mark.parametrize(
    ("prepare", "place", "remedy"),
    [
        (lambda folder: None, "", "FREELABELS_SENTENCES"),
        (lambda folder: write(folder, empty="# Only a title"), "", "put a .txt file there"),
        (lambda folder: write(folder, latin="Née.".encode("latin-1")), "latin.txt", "UTF-8"),
        (lambda folder: (folder / "folder.txt").mkdir(), "folder.txt", "readable"),
        (lambda folder: write(folder, bell="It rained.\nDing\x07"), "bell.txt, line 2: Character 5", "Delete it"),
        (lambda folder: write(folder, long="# T\n" + "x" * 2_001), "long.txt, line 2", "Shorten it"),
    ],
)
def test_a_bank_that_cannot_be_used_is_refused_with_the_file_and_the_remedy(
    tmp_path: Path, prepare: Callable[[Path], object], place: str, remedy: str
) -> None:
    prepare(tmp_path)
    with pytest.raises(BankError) as refused:
        Bank.load(tmp_path)
    assert str(tmp_path / place) in str(refused.value)
    assert remedy in str(refused.value)


def test_what_cannot_be_read_as_a_folder_is_not_said_to_be_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "bank.txt").touch()
    with pytest.raises(BankError, match=r"bank\.txt cannot be read \(Not a directory\): make it a readable folder"):
        Bank.load(tmp_path / "bank.txt")


def test_a_folder_that_is_not_there_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BankError, match="nowhere"):
        Bank.load(tmp_path / "nowhere")
