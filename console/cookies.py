"""The session cookie: signed, out of reach of scripts, and sent over https only where the page is on https."""

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface


class Cookies(SecureCookieSessionInterface):
    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure
