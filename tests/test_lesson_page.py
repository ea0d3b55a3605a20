import re
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient

from app.lesson.labelling import N_TEXTS
from app.lesson.view import PARTS
from tests.markup import Markup

SENTENCE = "The little boat drifted across the quiet lake."


def test_the_lesson_has_every_part_with_its_heading(client: TestClient) -> None:
    text = client.get("/lesson").text
    for name, title in PARTS.items():
        assert f'<section class="part" id="{name}"' in text
        assert title in text


@pytest.mark.parametrize("part", PARTS)
def test_each_part_stands_alone_at_its_own_address(client: TestClient, part: str) -> None:
    response = client.get(f"/lesson/{part}", params={"sentence": SENTENCE})
    assert response.status_code == 200
    assert re.findall(r'<section class="part" id="(\w+)"', response.text) == [part]


def test_a_part_that_is_none_is_not_found(client: TestClient) -> None:
    assert client.get("/lesson/nothing").status_code == 404


def test_the_fragment_is_the_lesson_without_its_page_and_names_the_pages_address(client: TestClient) -> None:
    response = client.get("/lesson/panel/loss", params={"sentence": SENTENCE, "step": 2})
    assert "<html" not in response.text
    assert (
        response.headers["HX-Push-Url"] == "/lesson/loss?sentence=The+little+boat+drifted+across+the+quiet+lake.&step=2"
    )


def begin(client: TestClient) -> dict[str, str]:
    response = client.get("/lesson/begin/labels", params={"sentence": SENTENCE}, follow_redirects=False)
    assert (response.status_code, response.headers["Cache-Control"]) == (303, "no-store")
    asked = parse_qs(urlsplit(response.headers["Location"]).query)
    return {name: values[0] for name, values in asked.items()}


def test_the_last_label_leads_to_the_receipt_with_the_time_that_all_took(client: TestClient) -> None:
    asked = begin(client)
    for n in range(N_TEXTS):
        text = client.get("/lesson/labels", params={**asked, "labels": "p" * n}).text
        assert f"Text {n + 1} of {N_TEXTS}" in text
    response = client.get("/lesson/labels", params={**asked, "labels": "p" * N_TEXTS}, follow_redirects=False)
    assert response.status_code == 303
    done = parse_qs(urlsplit(response.headers["Location"]).query)
    assert "begun" not in done
    assert 0 < float(done["seconds"][0]) < 60
    assert "Receipt" in client.get(response.headers["Location"]).text


def test_whoever_labels_stays_at_their_step_of_the_sentence(client: TestClient) -> None:
    query = {"sentence": SENTENCE, "step": "3", "quiz": "c0"}
    last = {"begun": "1790000000.000", "labels": "p" * N_TEXTS}
    for place, asked in (("/lesson/begin/labels", query), ("/lesson/labels", query | last)):
        location = client.get(place, params=asked, follow_redirects=False).headers["Location"]
        kept = dict(parse_qsl(urlsplit(location).query))
        assert query.items() <= kept.items()


def test_theme_and_language_are_chosen_here_too_and_the_rest_stays(client: TestClient) -> None:
    links = Markup(client.get("/lesson/loss", params={"sentence": "A b.", "step": "2"}).text).elements
    found = {each["id"]: each["href"] for each in links if {"id", "href"} <= each.attributes.keys()}
    assert found["theme-dark"] == "/lesson/loss?sentence=A+b.&step=2&theme=dark"
    assert found["lang-de"] == "/lesson/loss?sentence=A+b.&step=2&lang=de"
    assert 'class="theme-dark' in client.get(found["theme-dark"]).text


def test_the_receipt_reckons_with_the_readers_pace_and_wage(client: TestClient) -> None:
    done = {"sentence": SENTENCE, "labels": "p" * N_TEXTS, "seconds": "28.8", "wage": "20"}  # 3.6 s a label
    text = " ".join(client.get("/lesson/labels", params=done).text.split())
    assert "8 labels in 28.8 seconds: 3.6 seconds each." in text
    million = text[text.index("a million texts") :]
    assert "1,000 hours" in million[:300]
    assert "20,000" in million[:400]
    assert million.index("as many next-token pairs") < million.index("a book")
    assert "A working year is 1,600 hours." in text


def test_shuffled_labels_cost_more_and_can_be_put_back(client: TestClient) -> None:
    def shown(**asked: str) -> list[float]:
        table = re.search(
            r'<table class="scores matches">.*?</table>', client.get("/lesson/loss", params=asked).text, re.S
        )
        assert table
        return [float(found) for found in re.findall(r'class="number">([\d.]+)<', table[0])]

    own, shuffled = shown(sentence=SENTENCE), shown(sentence=SENTENCE, shuffled="yes")
    assert len(own) == 2
    assert all(worse > better for better, worse in zip(own, shuffled, strict=True))


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (SENTENCE, "Both losses rose"),
        ("1 2 3 4", "pairs of your sentence: the loss fell. Among few labels"),
        ("The cat", "1 pair of your sentence: the loss stayed. Where all labels are equal"),
    ],
)
def test_what_shuffling_did_is_told_as_it_was_measured(client: TestClient, sentence: str, said: str) -> None:
    assert said in client.get("/lesson/loss", params={"sentence": sentence, "shuffled": "yes"}).text


def test_an_answer_is_judged_and_explained_where_it_was_given(client: TestClient) -> None:
    text = client.get("/lesson/text", params={"sentence": SENTENCE}).text
    assert 'class="why" role="status"></p>' in text
    n_tokens = len(client.get("/api/pairs", params={"sentence": SENTENCE}).json()["tokens"])
    answers = [each["href"] for each in Markup(text).elements if "quiz=c" in each.attributes.get("href", "")]
    assert len(answers) >= 3
    verdicts = [client.get(link).text for link in answers]
    right = [answer for answer in verdicts if "<b>Right.</b>" in answer]
    assert len(right) == 1
    assert f"that makes {n_tokens - 1}." in right[0]


def test_what_cannot_be_is_named_and_the_lesson_goes_on_without_it(client: TestClient) -> None:
    response = client.get("/lesson", params={"sentence": SENTENCE, "wage": "much", "step": "99"})
    assert response.status_code == 422
    assert "“An hour’s wage, in whatever currency” is “much”, but can be a number from 0 to 10000." in response.text
    assert "There is no step “99”" in response.text
    assert 'id="bitter"' in response.text


def test_a_sentence_that_is_none_is_kept_in_its_field_and_another_is_shown(client: TestClient) -> None:
    response = client.get("/lesson/text", params={"sentence": "One"})
    assert response.status_code == 422
    assert 'value="One"' in response.text
    assert "The text is 1 token" in response.text


def test_a_text_is_counted_without_scripts_and_as_a_fragment_for_them(client: TestClient) -> None:
    form = {"text": (None, "One two three.\n\nFour five.")}
    page = client.post("/lesson/count", files=form)
    fragment = client.post("/lesson/count/panel", files=form)
    for response in (page, fragment):
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
        assert "<b>6</b> training pairs in 8 tokens of 2 documents: your text" in response.text
    assert "<html" in page.text
    assert "<html" not in fragment.text


def test_the_first_documents_of_a_counted_text_are_told_and_how_many_more_there_are(client: TestClient) -> None:
    text = client.post("/lesson/count/panel", files={"text": (None, "\n\n".join("ABCDE"))}).text
    assert re.findall(r'<th scope="row">(\w)<', text) == ["A", "B", "C"]
    assert "And 2 documents more." in text


def test_a_text_that_cannot_be_counted_is_refused_in_its_place(client: TestClient) -> None:
    response = client.post("/lesson/count", files={"file": ("picture.txt", b"\x00\x01")})
    assert response.status_code == 422
    assert "picture.txt is no text" in response.text
    assert 'class="part" id="scale"' in response.text


def test_what_the_model_read_is_told_alike_in_both_steps(client: TestClient) -> None:
    for part in ("scale", "finetune"):
        assert "22.4 million different pairs, read 1.6 times" in client.get(f"/lesson/{part}").text


def test_what_the_boundaries_of_its_pieces_cost_is_told_with_the_numbers_of_its_card(client: TestClient) -> None:
    text = " ".join(client.get("/lesson/scale").text.split())
    found = re.search(r"Its ([\d,]+) documents, ([\d,]+) tokens, were cut into ([\d,]+) pieces of at most 128", text)
    assert found
    documents, tokens, pieces = (int(each.replace(",", "")) for each in found.groups())
    assert documents < pieces
    assert f"({tokens - pieces:,})" in text  # the pairs on the ruler


def test_the_costs_of_finetuning_are_those_of_the_readers_last_run(client: TestClient) -> None:
    def read(runs: str) -> str:
        text = client.get("/lesson/finetune", params={"task": "place", "examples": "20", "runs": runs}).text
        found = re.search(r"<dd>([\d,]+): each sentence", text)
        assert found
        return found[1]

    assert read("") == read("p20.6") == read("p50.6") != read("p20.6p20.7")


def test_the_coda_names_the_essay_that_it_is_about(client: TestClient) -> None:
    for place in ("bitter", "limits"):
        assert "incompleteideas.net/IncIdeas/BitterLesson.html" in client.get(f"/lesson/{place}").text


def test_what_the_lesson_does_not_show_has_its_page_with_sources(client: TestClient) -> None:
    text = client.get("/lesson/limits").text
    assert text.count("https://arxiv.org/") >= 7
