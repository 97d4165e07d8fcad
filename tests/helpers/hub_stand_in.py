"""A server that answers as the Hugging Face Hub does, as far as the installed client asks it; HF_ENDPOINT leads there.

Large files travel by LFS. Xet, the Hub's newer protocol, needs a service of its own, so tests set HF_HUB_DISABLE_XET.
"""

import base64
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler

from helpers.serving import Quiet, serving

TOKEN = "hf_good"
OWNER = "ada"
LICENCE, UNKNOWN = r"license: (mit|cc-by-4\.0)\n", '"license" must be one of [mit, cc-by-4.0, …]'
COMMIT = "c0ffee" * 6 + "c0ff"


@dataclass
class StandIn:
    """The repositories, and what happens to requests.

    Attributes:
        repositories: content of files by repository and path.
        private, gated: names of repositories.
        stored: uploaded large files by SHA-256.
        broken: of a file's next download, the bytes that arrive before the connection is closed.
        fails: a part of a path; requests for it are answered with `status`. The client repeats some after 500.
        asked: (method, path, Range) of every request.
    """

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    private: set[str] = field(default_factory=set)
    gated: set[str] = field(default_factory=set)
    stored: dict[str, bytes] = field(default_factory=dict)
    address: str = ""
    broken: dict[str, int] = field(default_factory=dict)
    fails: str = ""
    status: int = 500
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)


@contextmanager
def stand_in():
    state = StandIn()

    class Handler(Quiet, BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self._body()
            is_open = "/lfs/" in self.path or self.path == "/api/validate-yaml"
            if self._refuses() or not (is_open or self._may_write()):
                return
            if self.path == "/api/repos/create":
                self._create(json.loads(body))
            elif self.path == "/api/validate-yaml":
                errors = [] if re.search(LICENCE, json.loads(body)["content"]) else [{"message": UNKNOWN}]
                self._say(400 if errors else 200, {"errors": errors, "warnings": []})
            elif match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/preupload/main", self.path):
                self._preupload(json.loads(body)["files"])
            elif self.path.endswith("/info/lfs/objects/batch"):
                self._say(200, {"transfer": "basic", "objects": [_place(o) for o in json.loads(body)["objects"]]})
            elif match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/commit/main", self.path):
                self._commit(match[1], [json.loads(line) for line in body.splitlines()])
            else:
                self._say(404, {})

        def do_PUT(self):
            content = self._body()
            if self._refuses():
                return
            oid = self.path.rpartition("/")[2]
            assert sha256(content).hexdigest() == oid
            state.stored[oid] = content
            self._say(200, {})

        def do_HEAD(self):
            self.do_GET()

        def do_GET(self):
            path = self.path.partition("?")[0]
            if self._refuses():
                return
            if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/(.+))?", path):
                if self._may_read(match[1]):
                    self._tell(match[1], match[2])
            elif (match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/\w+/(.+)", path)) and self._may_read(match[1]):
                self._give(match[2], state.repositories[match[1]][match[2]])

        def _refuses(self) -> bool:
            state.asked.append((self.command, self.path.partition("?")[0], self.headers["Range"]))
            if fails := bool(state.fails) and state.fails in self.path:
                self._say(state.status, {"error": "Internal Error"})
            return fails

        def _body(self) -> bytes:
            if length := self.headers["Content-Length"]:
                return self.rfile.read(int(length))
            content = b""
            while size := int(self.rfile.readline(), 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return content

        def _may_write(self) -> bool:
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self._say(401, {"error": "Invalid credentials in Authorization header"})
                return False
            return True

        def _may_read(self, name: str) -> bool:
            known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            if name not in state.repositories or (name in state.private and not known):
                self._say(401 if name not in state.repositories else 404, {}, {"X-Error-Code": "RepoNotFound"})
            elif name in state.gated:
                self._say(403, {"error": "Access is restricted"}, {"X-Error-Code": "GatedRepo"})
            else:
                return True
            return False

        def _create(self, request: dict) -> None:
            owner = request.get("organization") or OWNER
            name = f"{owner}/{request['name']}"
            if owner != OWNER:
                self._say(403, {"error": f"You don't have the rights to create a model under the namespace {owner}"})
                return
            exists = name in state.repositories
            state.repositories.setdefault(name, {})
            if request.get("visibility") == "private" and not exists:
                state.private.add(name)
            about = {"url": f"{state.address}/{name}"} | (
                {"error": "You already created this model repo"} if exists else {}
            )
            self._say(409 if exists else 200, about)

        def _preupload(self, files: list[dict]) -> None:
            modes = {file["path"]: "lfs" if file["path"].startswith("model.") else "regular" for file in files}
            answer = [{"path": path, "uploadMode": mode, "shouldIgnore": False} for path, mode in modes.items()]
            self._say(200, {"files": answer})

        def _commit(self, name: str, lines: list[dict]) -> None:
            for line in lines:
                value = line["value"]
                if line["key"] == "file":
                    state.repositories[name][value["path"]] = base64.b64decode(value["content"])
                elif line["key"] == "lfsFile":
                    state.repositories[name][value["path"]] = state.stored[value["oid"]]
            self._say(200, {"commitOid": COMMIT, "commitUrl": f"{state.address}/{name}/commit/{COMMIT}"})

        def _tell(self, name: str, revision: str | None) -> None:
            if revision not in (None, "main", COMMIT):
                self._say(404, {}, {"X-Error-Code": "RevisionNotFound"})
                return
            files = [{"rfilename": path, "size": len(content)} for path, content in state.repositories[name].items()]
            self._say(200, {"id": name, "sha": COMMIT, "siblings": files, "tags": [], "private": False})

        def _give(self, path: str, content: bytes) -> None:
            first = int((self.headers["Range"] or "bytes=0-")[6:-1])
            self.send_response(206 if first else 200)
            self.send_header("ETag", f'"{sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Accept-Ranges", "bytes")
            if first:
                self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - first))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content[first:][: state.broken.get(path)])
                self.close_connection = state.broken.pop(path, None) is not None

        def _say(self, status: int, content: dict, headers: dict[str, str] | None = None) -> None:
            text = json.dumps(content).encode()
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text)

    def _place(asked: dict) -> dict:
        if asked["oid"] in state.stored:  # nothing to upload
            return {"oid": asked["oid"], "size": asked["size"]}
        href = {"href": f"{state.address}/lfs/{asked['oid']}"}
        return {"oid": asked["oid"], "size": asked["size"], "actions": {"upload": href}}

    with serving(Handler) as server:
        state.address = f"http://127.0.0.1:{server.server_port}"
        yield state
