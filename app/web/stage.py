"""The stage: one sentence, one step of it, and what the model expected there."""

from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.embedding import hiding, keeping
from app.guess import read
from app.language import _
from app.predict import Analysis
from app.sentences import InputError, one_line_break
from app.state import State, shown_as
from app.view import StageView, empty_stage, stage
from app.view_card import model_view
from app.web.guess import guessing
from app.web.render import Page, frame, is_embedded, root_path
from app.web.services import services
from app.words import by_word

S = TypeVar("S", bound=State)


async def page(request: Request) -> Response:
    """The whole page for a sentence at a step; the bank's opening sentence where none is named."""
    return await services(request).pages.get(request, _page)


async def fragment(request: Request) -> Response:
    """The same for htmx, which puts it in the page's place and pushes the page's own URL."""
    return await services(request).pages.get(request, _fragment)


async def step_fragment(request: Request) -> Response:
    """The same for htmx where only the step is another: what a step changes, each for its own place on the page.

    The sentence and its rows are most of a long text's fragment; static/marks.js marks the step in those of the page.
    """
    return await services(request).pages.get(request, _step_fragment)


async def random_page(request: Request) -> Response:
    """Another sentence of the bank than the one named in `after`."""
    return RedirectResponse(f"{root_path(request)}/?{_draw(request)}", 303, headers={"Cache-Control": "no-store"})


async def random_fragment(request: Request) -> Response:
    """The same for htmx."""
    return RedirectResponse(f"{root_path(request)}/stage?{_draw(request)}", 303, headers={"Cache-Control": "no-store"})


def _draw(request: Request) -> str:
    """The query of another sentence, shown as this one is."""
    asked, moments = request.query_params, services(request).moments
    another = State(services(request).bank.draw(after=asked.get("after")))
    # What is wrong with an option, a stage says; here a sentence is wanted.
    return shown_as(another, asked, moments.tokens_seen if moments else ())[0].query()


def _page(request: Request) -> Page:
    view, status = _view(request)
    return Page.of("stage.html", status, stage=view, **_frame(request))


def _fragment(request: Request) -> Page:
    return _for_htmx(request, "stage_with_title", *_view(request))


def _step_fragment(request: Request) -> Page:
    view, status = _view(request)
    # Without a pair to show, a step changes the sentence: to guess hides its tokens from the label on.
    return _for_htmx(request, "step" if view.pair else "stage_with_title", view, status)


def _for_htmx(request: Request, template: str, view: StageView, status: int) -> Page:
    state = f"?{request.url.query}" if request.url.query else ""
    # In a frame, a step is none in the history: Back leaves the page around it, as its reader expects.
    name = "HX-Replace-Url" if is_embedded(request) else "HX-Push-Url"
    headers = {name: quote(f"{root_path(request)}/{state}", safe="/?&=%+!$'()*,;:@")}
    return Page.of(f"_fragments/{template}.html", status, headers, stage=view, **_frame(request))


def _frame(request: Request) -> dict[str, Any]:
    """What the page around the stage shows."""
    known = services(request)
    return {**frame(request), "model": model_view(known.predictor.model, is_ours=bool(known.card))}


def _view(request: Request) -> tuple[StageView, int]:
    """The stage for a request's query, and the status: 422 where something in it cannot be used."""
    known = services(request)
    predictor, moments = known.predictor, known.moments
    try:
        asked = read_query(request)
    except InputError as error:
        return empty_stage(_options(request, is_embedded(request))[0], error, known.bank.opening), 422
    refused = " ".join(asked.refused)
    tokens_seen = moments.tokens_seen if moments else ()
    if asked.state.guess == "on":
        shown, is_refused = guessing(predictor, asked.analysis, asked.state, request.query_params, refused, tokens_seen)
        return shown, 422 if refused or is_refused else 200
    shown = stage(asked.analysis, asked.state, predictor.model.vocab_size, refused, tokens_seen, asked.in_training)
    return shown, 422 if refused else 200


@dataclass(frozen=True)
class Asked:
    """What a query asks for: the state, its sentence analyzed as the state says, and what had to be refused."""

    state: State
    analysis: Analysis
    in_training: dict[int, Analysis]  # by tokens seen, where a moment of training is shown
    refused: tuple[str, ...]


def read_query(request: Request, *, has_wishes: bool = False) -> Asked:
    """Read a request's query; InputError where its sentence cannot be cut. Another fault is refused, and made good.

    has_wishes: whether it says what a page that embeds the stage wants of it, as an embedded page's always does.
    """
    known, query = services(request), request.query_params
    predictor, moments = known.predictor, known.moments
    has_wishes = has_wishes or is_embedded(request)
    state, messages = _options(request, has_wishes)
    refused = list(messages)
    analysis = predictor.analyze(state.sentence)
    in_training = moments.analyses(state.sentence) if moments and state.seen else {}
    analysis = in_training[int(state.seen)] if in_training else analysis
    if state.unit == "words":
        try:
            analysis = by_word(analysis)
            in_training = {seen: by_word(earlier) for seen, earlier in in_training.items()}
        except InputError as error:
            state = replace(state, unit="tokens")
            refused.append(error.message)
    state, messages = stepped(request, state, len(analysis.predictions), has_wishes)
    refused.extend(messages)
    try:
        guesses = read(query.get("guesses", ""), len(analysis.predictions), predictor.model.vocab_size)
        state = replace(state, guesses=guesses)
    except InputError as error:
        refused.append(error.message)
    return Asked(state, analysis, in_training, tuple(refused))


def _options(request: Request, has_wishes: bool) -> tuple[State, tuple[str, ...]]:
    """The state without its step and guesses, and what its options cannot be."""
    moments = services(request).moments
    tokens_seen = moments.tokens_seen if moments else ()
    state, messages = shown_as(State(sentence_of(request)), request.query_params, tokens_seen)
    if state.guess == "on":  # one guesses tokens, against the finished model
        state = replace(state, unit="tokens", seen="")
    if has_wishes:
        state, unknown = hiding(replace(state, view="page"), request.query_params.getlist("hide"))
        messages = (*messages, *unknown)
    return state, messages


def stepped(request: Request, state: S, n_steps: int, has_wishes: bool) -> tuple[S, tuple[str, ...]]:
    """The state at the step that a request's query names, with wishes among those kept to, and what it cannot be."""
    query, refused = request.query_params, []
    if has_wishes:
        try:
            state = keeping(state, query, n_steps)
        except InputError as error:
            refused.append(error.message)
    state = replace(state, step=state.start)
    try:
        step = step_of(query.get("step", str(state.start)), state.end or n_steps, state.start)
        state = replace(state, step=step)
    except InputError as error:
        refused.append(error.message)
    return state, tuple(refused)


def sentence_of(request: Request) -> str:
    """The text that a request's query names; the bank's opening sentence where it names none."""
    # The field holds one line, and white space around a sentence is a slip of the hand; the API takes a text as it is.
    named = request.query_params.get("sentence", services(request).bank.opening)
    return one_line_break(named.strip()).replace("\n", " ")


def step_of(text: str, last: int, first: int = 1) -> int:
    """The step that a request's query names; InputError where there is no such one from the first to the last."""
    step = int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
    if not first <= step <= last:
        message = (
            _("There is no step “%(value)s”: this sentence has steps 1 to %(last)s. Here is the first.")
            if first == 1
            else _("There is no step “%(value)s”: here are steps %(first)s to %(last)s. This is the first.")
        )
        raise InputError(
            "step_out_of_range",
            message % {"value": text[:40], "first": first, "last": last},
            limit=last,
            actual=text[:40],
        )
    return step


# Plain routes: FastAPI's would spend more time on a kept page than the page itself takes.
routes = [
    Route("/", page),
    Route("/stage", fragment),
    Route("/stage/step", step_fragment),
    Route("/random", random_page),
    Route("/stage/random", random_fragment),
]
