"""A provider of logins (OpenID Connect) that lets everyone in under the address that a test chooses."""

import json
import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlencode, urlsplit

from helpers.serving import Quiet, serving


@dataclass
class Provider:
    """Whom it lets in, and what it was asked.

    Attributes:
        claims: what it says of whoever logs in, such as `email` and `email_verified`.
        address: where it listens.
        asked: the paths of all requests.
    """

    claims: dict
    address: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def provider(client_id: str, **claims):
    """A running Provider; its tokens are signed with a key of its own and valid for five minutes."""
    from joserfc import jwt
    from joserfc.jwk import RSAKey

    state, key, nonces = Provider(claims), RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256"}), {}

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_GET(self):
            url = urlsplit(self.path)
            state.asked.append(url.path)
            if url.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                code = secrets.token_urlsafe()
                nonces[code] = query["nonce"]
                self.send_response(302)
                self.send_header(
                    "Location", f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"
                )
                self.end_headers()
            elif url.path == "/keys":
                self._say({"keys": [key.as_dict(private=False)]})
            else:
                self._say(
                    {
                        "issuer": state.address,
                        "authorization_endpoint": f"{state.address}/authorize",
                        "token_endpoint": f"{state.address}/token",
                        "jwks_uri": f"{state.address}/keys",
                        "id_token_signing_alg_values_supported": ["RS256"],
                    }
                )

        def do_POST(self):
            state.asked.append(self.path)
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            now = int(time.time())
            claims = {"iss": state.address, "sub": "1", "aud": client_id, "iat": now, "exp": now + 300}
            claims |= {"nonce": nonces.pop(form["code"][0]), **state.claims}
            token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
            self._say({"access_token": "unused", "token_type": "Bearer", "expires_in": 300, "id_token": token})

        def _say(self, content: dict) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

    with serving(Handler) as server:
        state.address = f"http://127.0.0.1:{server.server_port}"
        yield state
