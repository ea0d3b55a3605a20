"""A visitor who does anything in any order: types, steps, refreshes, goes back, takes options. The invariants hold."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from starlette.testclient import TestClient

from app.state import OPTIONS
from tests.markup import Markup
from tests.nasty import NASTY

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.sampled_from([*NASTY.values(), "Hi there"])
)
ODD_VALUES = st.sampled_from(["", "0", "-1", "99", "x", "٣", "1e3", "on", "%"])


FEW = settings(
    max_examples=10,
    stateful_step_count=15,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)


class Visitor(RuleBasedStateMachine):
    """One visitor before the stage, and what the page must keep to, wherever they are."""

    client: TestClient

    @initialize()
    def open(self) -> None:
        self.history = ["/"]
        self._look()

    def _go(self, address: str) -> None:
        self.history.append(address)
        self._look()

    def _look(self) -> None:
        answer = self.client.get(self.history[-1])
        self.status, self.page = answer.status_code, Markup(answer.text)
        asked = urlsplit(str(answer.url))
        self.history[-1] = f"{asked.path}?{asked.query}"

    @rule(text=TEXTS)
    def types(self, text: str) -> None:
        hidden = {
            field["name"]: field["value"]
            for field in self.page.all("input")
            if field.attributes.get("type") == "hidden"
        }
        self._go(f"/?{urlencode({**hidden, 'sentence': text.encode('utf-8', 'replace')})}")

    @rule(choice=st.integers(0, 10_000))
    def follows_a_link(self, choice: int) -> None:
        links = [
            link["href"] for link in self.page.all("a") if link.attributes.get("href", "").startswith(("/?", "/random"))
        ]
        self._go(links[choice % len(links)])

    @rule(name=st.sampled_from([*OPTIONS, "step", "seen", "guesses", "pick", "sure", "lang"]), value=ODD_VALUES)
    def changes_the_address(self, name: str, value: str) -> None:
        query = {key: values[-1] for key, values in parse_qs(urlsplit(self.history[-1]).query).items()}
        self._go(f"/?{urlencode({**query, name: value})}")

    @rule(steps=st.integers(1, 3))
    def goes_back(self, steps: int) -> None:
        self.history = self.history[:-steps] or self.history[:1]
        self._look()

    @invariant()
    def every_input_is_answered(self) -> None:
        assert self.status in (200, 422)
        if self.status == 422:
            assert any(e.words for e in self.page.elements if "error" in e.attributes.get("id", "")), self.history[-1]

    @invariant()
    def t_tokens_are_t_minus_1_pairs(self) -> None:
        found = re.search(r"([\d,]+) (?:tokens|words), ([\d,]+) training pairs?", self._said())
        if found:
            n_tokens, n_pairs = (int(figure.replace(",", "")) for figure in found.groups())
            assert n_pairs == n_tokens - 1
            assert n_tokens == len([e for e in self.page.elements if re.fullmatch(r"x\d+", e.attributes.get("id", ""))])

    @invariant()
    def the_address_is_the_state(self) -> None:
        again = Markup(self.client.get(self.history[-1]).text)
        assert [e.text for e in again.elements] == [e.text for e in self.page.elements]

    def _said(self) -> str:
        return " ".join(heading.words for heading in self.page.all("h1"))


def test_the_invariants_hold_wherever_a_visitor_goes(client: TestClient) -> None:
    Visitor.client = client
    run_state_machine_as_test(Visitor, settings=FEW)
