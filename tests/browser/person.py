"""What a person does at the stage, and what they see there."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Locator, Page, expect

SENTENCE = "The cat fell asleep on top of my birthday cake."
LONG = "and " * 126 + "so on"  # 128 tokens


def address(sentence: str = SENTENCE, step: int = 1) -> str:
    return f"/?{urlencode({'sentence': sentence, 'step': step})}"


def state(page: Page) -> dict[str, list[str]]:
    """The URL's query: sentence and step."""
    return parse_qs(urlsplit(page.url).query, keep_blank_values=True)


def field(page: Page) -> Locator:
    return page.get_by_label("Your sentence")


def message(page: Page) -> Locator:
    """What is wrong with the input, beside the field."""
    return page.locator("#sentence-error")


def link(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Steps").get_by_role("link", name=name, exact=True)


def n_steps(page: Page) -> int:
    return page.locator(".staircase tbody tr").count()


def expect_step(page: Page, step: int, sentence: str = SENTENCE) -> None:
    """Every place that tells the step tells this one: stepper, tokens, staircase, title, URL."""
    expect(page.locator(".where b").first).to_have_text(str(step))
    expect(page.locator(".token.label .index")).to_have_text(f"x{step + 1}")
    expect(page.locator(".token.context")).to_have_count(step)
    expect(page.locator(".staircase .is-current th")).to_have_text(str(step))
    expect(page).to_have_title(re.compile(rf"^Pair {step} of \d+: "))
    expect(page).to_have_url(re.compile(r"\?sentence="))
    assert state(page) == {"sentence": [sentence], "step": [str(step)]}


def slowly(page: Page) -> None:
    """Each answer takes a while from here on."""
    page.evaluate("""() => {
        const fetched = fetch;
        window.fetch = async (...asked) => {
            await new Promise((done) => setTimeout(done, 400));
            return fetched(...asked);
        };
    }""")


def stage_text(page: Page) -> str:
    """All that the stage says with or without scripts, the field's value included."""
    said = page.locator("#stage").inner_text() + "\n"
    for control in page.locator("#stage .scripted-only").filter(visible=True).all():
        said = said.replace(f"{control.inner_text()}\n", "")
    return f"{field(page).input_value()}\n{said.rstrip()}"


def another_sentence(page: Page, than: str) -> str:
    """The sentence on the stage, once it is no longer `than`."""
    expect(field(page)).not_to_have_value(than)
    return field(page).input_value()
