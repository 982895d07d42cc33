import httpx
import pytest

from tests.web.stub_api import StubApi
from tests.web.stub_web import Web
from webapp import backend
from webapp.client import Api
from webapp.sessions import Sessions


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    stub = StubApi()
    api = Api(httpx.AsyncClient(transport=httpx.ASGITransport(stub), base_url="http://api"))
    monkeypatch.setattr(backend, "api", api)
    monkeypatch.setattr(backend, "sessions", Sessions())
    return Web(stub, api, backend.sessions)
