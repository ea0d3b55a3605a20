"""Requests made up from the OpenAPI document, good and bad: no answer is a fault of ours, and each is documented."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.openapi import from_asgi
from schemathesis.specs.openapi.checks import positive_data_acceptance

from app.checkpoint import Checkpoint
from app.main import create_app
from app.predict import Predictor
from app.sentences import Bank
from app.settings import Settings
from app.web.render import RenderedPages
from app.web.runs import Runs
from app.web.services import Services
from tests.rehearsal import Rehearsal

OPERATIONS = [(method, path) for path, methods in create_app().openapi()["paths"].items() for method in methods]


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[" ".join(operation) for operation in OPERATIONS])
def test_every_answer_is_documented_and_none_is_a_fault_of_ours(
    shipped: Checkpoint, bank: Bank, method: str, path: str
) -> None:
    # An app of its own, which schemathesis starts and stops.
    services = Services(bank, Predictor(shipped), RenderedPages(1_000_000), {}, runs=Runs(Rehearsal()))
    operation = from_asgi("/openapi.json", create_app(Settings(), services))[path][method]
    cases = st.one_of([operation.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)])

    @given(cases)
    @settings(max_examples=60, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    def check(case: Case[Any]) -> None:
        # A schema cannot say which texts are none: that one may be refused, with a documented answer.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    check()
