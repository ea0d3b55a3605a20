"""/embed: the stage and each part of the lesson as guests of another site's page.

They are the same pages at addresses of their own, so that every link inside a guest leads to a guest. What a guest
leaves out, beside what its host asks for in `hide`, the templates say by `is_embedded`.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from app.web import lesson, lesson_run, proof, stage
from app.web.render import root_path

PREFIX = "/embed"


async def bare(request: Request) -> Response:
    """The stage also without the slash at the end: a redirection would be one more way to lose the frame."""
    root = root_path(request)
    request.scope.update(app_root_path=root, root_path=f"{root}{PREFIX}")
    return await stage.page(request)


guests = [*stage.routes, *lesson_run.router.routes, *lesson.parts, *proof.routes]
routes = [Route(PREFIX, bare), Mount(PREFIX, routes=guests)]
