from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.person import SENTENCE, address


@pytest.fixture
def course(origin: str) -> str:
    """Another site's page, which embeds the app by one line."""
    frame = f'<iframe src="{origin}{address().replace("&", "&amp;")}" width="1000" height="700"></iframe>'
    return f'<!doctype html><title>Course</title><link rel="icon" href="data:,"><h1>Course</h1>{frame}'


@pytest.fixture
def course_site(course: str) -> Iterator[str]:
    class CoursePage(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(course.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), CoursePage)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}/"  # another host than the app's 127.0.0.1
    server.shutdown()
    thread.join()
    server.server_close()


def use_the_frame(page: Page) -> None:
    frame = page.frame_locator("iframe")
    expect(frame.get_by_label("Your sentence")).to_have_value(SENTENCE)
    frame.locator("#next").click()
    expect(frame.locator(".where")).to_contain_text("Pair 2 of")
    frame.get_by_label("Your sentence").fill("My own words are here.")
    frame.get_by_label("Your sentence").press("Enter")
    expect(frame.locator(".token.label")).to_contain_text("own")
    expect(page).to_have_title("Course")


def test_the_stage_works_in_another_sites_frame(page: Page, watch: Watch, course_site: str) -> None:
    watch.elsewhere = (*watch.elsewhere, course_site)
    page.goto(course_site)
    use_the_frame(page)


def test_the_stage_works_in_slides_opened_from_a_file(page: Page, watch: Watch, course: str, tmp_path: Path) -> None:
    slides = tmp_path / "slides.html"
    slides.write_text(course)
    watch.elsewhere = (*watch.elsewhere, slides.as_uri())
    page.goto(slides.as_uri())
    use_the_frame(page)
