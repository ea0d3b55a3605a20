"""What a screen reader is told: the tree of roles and names, and the one polite live region."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenContext
from tests.browser.person import SENTENCE, address, field, link

FOUR = "The cat fell asleep."


def test_a_step_is_told_in_one_full_sentence(page: Page) -> None:
    page.goto(address())
    link(page, "Next").click()
    number = r"[\d.]+"
    expect(page.locator("[aria-live]")).to_have_text(
        re.compile(
            r"^Pair 2 of 10: after “The cat”, the label is “fell”; "
            rf"the model gave it {number}\u202f%, its \d+th choice; loss {number}\.$"
        )
    )


@pytest.mark.parametrize("options", ["", "&guess=on", "&guess=on&pick=5", "&seen=0", "&rows=folded&view=projector"])
def test_there_is_one_live_region_and_it_is_polite(page: Page, options: str) -> None:
    page.goto(address() + options)
    expect(page.locator("[aria-live]")).to_have_count(1)
    expect(page.locator("[aria-live=polite]")).not_to_be_empty()


def test_the_live_region_outlives_a_refusal_so_that_what_follows_is_read_out(page: Page) -> None:
    page.goto(address())
    region = page.locator("[aria-live]").element_handle()
    field(page).fill("a")
    field(page).press("Enter")
    expect(page.locator("[aria-live]")).to_be_empty()
    field(page).fill(SENTENCE)
    field(page).press("Enter")
    expect(page.locator("[aria-live]")).to_contain_text("Pair 1 of 10")
    assert region.evaluate("region => region.isConnected")


def test_a_question_tells_nothing_of_its_label(page: Page) -> None:
    page.goto(f"{address(step=8)}&guess=on")
    expect(page.locator("[aria-live]")).to_contain_text("what comes after “The cat fell asleep on top of my”?")
    told = re.sub("(- button|/url:).*", "", page.locator("main").aria_snapshot())  # candidates, and addresses
    assert "birthday" not in told
    assert "birthday" not in page.title()


def test_the_stage_reads_in_the_order_of_the_lesson(page: Page) -> None:
    page.goto(address(FOUR, 3))
    expect(page.get_by_role("main")).to_match_aria_snapshot("""
        - textbox "Your sentence"
        - heading /5 tokens, 4 training pairs/ [level=1]
        - list "The sentence, token by token"
        - navigation "Steps"
        - group "Ways to look"
        - paragraph: /Pair 3 of 4/
        - region "The pair the text gives us":
          - heading [level=2]
        - region "What the model expected next":
          - heading [level=2]
        - region /All 4 pairs/:
          - heading [level=2]
    """)


def test_the_bars_are_a_table_of_rank_token_and_probability(page: Page) -> None:
    page.goto(address(FOUR, 3))
    expect(
        page.get_by_role("region", name="What the model expected next").get_by_role("table")
    ).to_match_aria_snapshot("""
        - table:
          - rowgroup:
            - row:
              - columnheader "Rank"
              - columnheader "Token"
              - columnheader "Probability"
          - rowgroup:
            - row:
              - cell "1"
              - rowheader "asleep"
              - cell /%/
    """)


@pytest.mark.parametrize("size", [(1280, 800), PHONE], ids=["desktop", "phone"])
def test_the_staircase_is_a_table_whose_rows_are_named_by_their_steps(
    open_context: OpenContext, size: tuple[int, int]
) -> None:
    page = open_context(size).new_page()
    page.goto(address(FOUR, 3))
    table = page.get_by_role("region", name="All 4 pairs").get_by_role("table")
    for name in ("Step", "Context and label", "Probability", "loss"):
        expect(table.get_by_role("columnheader", name=name, exact=True)).to_be_visible()
    for step, label in enumerate(("cat", "fell", "asleep", "."), start=1):
        expect(table.get_by_role("rowheader", name=f"Step {step}: label “{label}”")).to_be_visible()


def test_each_row_of_the_staircase_tells_once_that_the_rest_is_hidden(page: Page) -> None:
    page.goto(address(FOUR, 3))
    rows = page.locator(".staircase tbody tr").all()
    assert [row.get_by_text("hidden", exact=True).count() for row in rows] == [1, 1, 1, 0]


@pytest.mark.parametrize("rows", ["pairs", "folded"])
def test_the_current_step_is_marked_in_the_sentence_and_among_the_pairs(page: Page, rows: str) -> None:
    page.goto(f"{address(FOUR, 3)}&rows={rows}")
    current = page.locator("[aria-current=step]")
    assert [each.get_attribute("id") for each in current.all()] == ["x4", "row3"]


def test_a_folded_column_is_told_with_its_input_label_and_numbers(page: Page) -> None:
    page.goto(f"{address(FOUR, 3)}&rows=folded")
    name = re.compile("^Step 3: input “fell”, label “asleep”, .* %, loss")
    expect(page.get_by_role("list", name="All 4 pairs").get_by_role("link", name=name)).to_be_visible()


@pytest.mark.parametrize("path", ["/model", f"/proof?sentence={SENTENCE}"])
def test_a_table_stays_one_where_a_phone_shows_it_as_a_list(open_context: OpenContext, path: str) -> None:
    page = open_context(PHONE).new_page()
    page.goto(path)
    tables = page.get_by_role("table")
    assert tables.count() == page.locator("table").count() > 0
    for table in tables.all():
        assert table.get_by_role("row").count() == table.locator("tr").count()
        assert table.get_by_role("rowheader").count() == table.locator("tbody th").count()
