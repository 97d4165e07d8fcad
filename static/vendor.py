"""Fetch LiteRT.js, which runs the networks in the visitor's browser, and put it into static/litert/<version>/.

    python static/vendor.py         fetches LiteRT.js; needs npm
    python static/vendor.py name    renames static/live/<version>/ and static/teach/<version>/ after their content; by
                                    these names caches tell versions apart

Both packages are compared with the hashes below before anything is written. The WebAssembly files are stored
gzipped, because Streamlit would compress them anew at every request. `vendored.json` lists what was written.
"""

import base64
import gzip
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "2.5.3"
PACKAGES = {  # npm's own integrity hashes: sha512, base64
    "@litertjs/core": "PlGmbMOq9WitX7FO0jhbdJw9GthatsyuCQXjTt/wJZo0FLaw48q4tz8IwqgqCIkviYGr9OFDL1kCnN4nzWoyJQ==",
    "@litertjs/wasm-utils": "4fJiw6tBQnIs+0jH/OQ16nYOiSl8/+zZnn5h2ul8aTKHi05sVqZW580Tmk78pC2kT39A9OYBVdFawteZ/sI1kQ==",
}
FILES = {  # what is taken from which package, and its name here
    "@litertjs/core": {
        "dist/index.js": "core.js",
        "wasm/litert_wasm_internal.js": "litert_wasm_internal.js",
        "wasm/litert_wasm_internal.wasm": "litert_wasm_internal.wasm.gz",
        "wasm/litert_wasm_compat_internal.js": "litert_wasm_compat_internal.js",
        "wasm/litert_wasm_compat_internal.wasm": "litert_wasm_compat_internal.wasm.gz",
    },
    "@litertjs/wasm-utils": {"dist/index.js": "wasm-utils.js"},
}
OWN = ("live", "teach")  # folders with our own modules
FOLDER = Path(__file__).parent / "litert" / VERSION
LICENCE = "Apache-2.0; see LICENSE. core.js is changed in one line: it imports wasm-utils.js from beside it."


def fetch(package: str, folder: Path) -> Path:
    """npm's archive of a package, once its hash is known to be right."""
    command = ["npm", "pack", f"{package}@{VERSION}", "--silent", f"--pack-destination={folder}"]
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]
    archive = folder / name
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != PACKAGES[package]:
        sys.exit(f"{package} {VERSION} has the hash {found}, not the expected one. Nothing was written.")
    return archive


def prepared(content: bytes, name: str) -> bytes:
    """The file as it is served."""
    if name.endswith(".gz"):
        return gzip.compress(content, 9, mtime=0)
    text = re.sub(r"\n//# sourceMappingURL=.*", "", content.decode())
    return text.replace('from "@litertjs/wasm-utils"', 'from "./wasm-utils.js"').rstrip().encode() + b"\n"


def content_name(folder: Path) -> str:
    """What a folder of our own modules is called: the beginning of its content's hash."""
    contents = b"".join(path.name.encode() + path.read_bytes() for path in sorted(folder.glob("*.js")))
    return hashlib.sha256(contents).hexdigest()[:8]


def rename() -> None:
    for name in OWN:
        (folder,) = (Path(__file__).parent / name).iterdir()
        folder.rename(folder.with_name(content_name(folder)))


def main() -> None:
    files = {}
    with tempfile.TemporaryDirectory() as folder:
        for package, wanted in FILES.items():
            with tarfile.open(fetch(package, Path(folder))) as archive:
                for source, name in wanted.items():
                    member = archive.extractfile(f"package/{source}")
                    assert member is not None
                    files[name] = prepared(member.read(), name)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    about = {"version": VERSION, "licence": LICENCE, "packages": PACKAGES, "sha256": hashes}
    (FOLDER / "vendored.json").write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    rename() if sys.argv[1:] == ["name"] else main()
