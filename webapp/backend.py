"""What every page of this process shares: the API behind it and the sessions in front of it."""

from webapp.client import Api
from webapp.sessions import Sessions
from webapp.settings import WebSettings

settings = WebSettings()
sessions = Sessions()
api = Api.at(settings.api_url)
