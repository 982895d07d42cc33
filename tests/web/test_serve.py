"""The built front end, served by the real process, without a browser and without an API behind it."""

import os
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.web.browser import free_port, serving
from webapp.build import ensure_built


@pytest.fixture(scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    ensure_built()
    home, port = tmp_path_factory.mktemp("web"), free_port()
    url = f"http://127.0.0.1:{port}"
    told = {
        "FINLENS_HOME": str(home),
        "FINLENS_WEB_PORT": str(port),
        "FINLENS_URL": f"http://127.0.0.1:{free_port()}",
        "PATH": "/nowhere",  # neither bun nor node is needed to serve
    }
    async with serving("web", url, os.environ | told, home / "web.log"), httpx.AsyncClient(base_url=url) as client:
        yield client


async def test_every_page_is_there_and_an_unknown_one_is_404(site: httpx.AsyncClient):
    for path in ("/", "/login/", "/overview/", "/transactions/", "/alerts/"):
        assert (await site.get(path)).status_code == 200
    assert (await site.get("/nowhere")).status_code == 404


async def test_what_a_page_loads_is_there_and_may_be_kept(site: httpx.AsyncClient):
    page = await site.get("/login/")
    assets = set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text))
    assert assets
    for asset in assets:
        answer = await site.get(asset)
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)


async def test_it_can_be_installed_as_an_app(site: httpx.AsyncClient):
    manifest = (await site.get("/manifest.webmanifest")).json()
    for icon in manifest["icons"]:
        assert (await site.get(icon["src"])).status_code == 200


async def test_pages_carry_no_data_and_no_other_host(site: httpx.AsyncClient):
    for path in ("/", "/overview/", "/transactions/"):
        page = (await site.get(path)).text
        assert "finlens.example" not in page
        assert not re.findall(r'(?:src|href)="https?://', page)


async def test_a_login_from_another_site_is_refused(site: httpx.AsyncClient):
    form = {"email": "customer@finlens.example", "password": "x"}
    assert (await site.post("/session/login", data=form, headers={"Origin": "http://evil.example"})).status_code == 403


async def test_an_api_that_is_away_is_said_on_the_login_page(site: httpx.AsyncClient):
    form = {"email": "customer@finlens.example", "password": "x"}
    answer = await site.post("/session/login", data=form, headers={"Origin": str(site.base_url)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?problem=away")
