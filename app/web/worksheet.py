"""/worksheet: a sentence's pairs on paper, or those of a set that a seed draws; /worksheet/key has the answers."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.language import _
from app.sentences import InputError, check_text
from app.state import refusal
from app.view_worksheet import WorksheetView, sheet, topics
from app.web.language import check_language
from app.web.public import public_url
from app.web.render import Page, frame
from app.web.services import services
from app.web.stage import sentence_of

MOST = 20  # sentences of a set
LONGEST_SEED = 40  # characters


async def page(request: Request) -> Response:
    """The sheets to fill in."""
    check_language(request)
    return await services(request).pages.get(request, lambda asked: _page(asked, is_key=False))


async def key(request: Request) -> Response:
    """The same, filled in."""
    check_language(request)
    return await services(request).pages.get(request, lambda asked: _page(asked, is_key=True))


def _page(request: Request, is_key: bool) -> Page:
    around = frame(request)
    view = _view(request, is_key, dict(around["kept_fields"]))
    return Page.of("worksheet.html", worksheet=view, **around)


def _view(request: Request, is_key: bool, kept: dict[str, str]) -> WorksheetView:
    known = services(request)
    seed, topic, n = _set(request)
    sentences = known.bank.pick(seed, n, topic) if seed else (sentence_of(request),)
    sheets = tuple(
        sheet(known.predictor.analyze(sentence), number, kept, lambda query: public_url(request, f"/?{query}"))
        for number, sentence in enumerate(sentences, start=1)
    )
    return WorksheetView(
        is_key=is_key,
        sheets=sheets,
        set_name=seed,
        n_wanted=n,
        most=MOST,
        topics=topics(known.bank.themes, topic),
        query=str(request.url.query),
    )


def _set(request: Request) -> tuple[str, str, int]:
    """The seed, the theme's name and the number of sentences that a query names; no seed, and it names no set."""
    asked, names = request.query_params, [theme.name for theme in services(request).bank.themes]
    seed, topic, n = asked.get("seed", "").strip(), asked.get("topic", ""), asked.get("n", "5")
    if len(seed) > LONGEST_SEED:
        message = _("The set’s name has %(actual)s characters; the limit is %(limit)s. Shorten it.")
        sizes = {"actual": len(seed), "limit": LONGEST_SEED}
        raise InputError("invalid_seed", message % sizes, **sizes)
    if seed:
        check_text(seed)
    if topic not in ("", *names):
        raise InputError("invalid_topic", refusal("topic", topic, names), actual=topic[:40])
    if not (n.isascii() and n.isdigit() and 1 <= int(n[:9]) <= MOST):
        message = _("“n” is “%(value)s”, but can be a whole number from 1 to %(limit)s.")
        raise InputError("invalid_n", message % {"value": n[:40], "limit": MOST}, limit=MOST, actual=n[:40])
    return seed, topic, int(n)


routes = [Route("/worksheet", page), Route("/worksheet/key", key)]
