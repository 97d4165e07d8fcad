"""What tiny hostile files cost: peak memory of reading each one, in a process of its own, and what comes out.

    python benchmarks/attacks.py

Expect every picture below 600 MB in all and every other file below 1.5 GB, or a sentence. Linux only.
"""

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import av
import numpy as np
import pillow_heif
from PIL import Image

ROOT = Path(__file__).parents[1]
READ = """
import sys
from pathlib import Path
from fer.errors import FerError

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024

path = Path(sys.argv[1])
try:
    if path.suffix in (".npz", ".zip", ".csv"):
        from fer.data.formats import recognise
        before = peak()
        format, inner = recognise(path, path.name)
        result = len(format.read(inner, path.name).labels), "faces"
    elif path.suffix == ".mp4":
        from fer.inference.reader import EmotionReader
        from fer.video.annotate import annotate_video
        reader = EmotionReader()
        before = peak()
        result = len(list(annotate_video(path, path.with_name("out.mp4"), reader=reader))), "readings"
    else:
        from fer.faces.image import read_image
        before = peak()
        result = read_image(path).shape
except FerError as error:
    result = str(error)
print(f"{before:5} + {peak() - before:5} MB  {path.name}: {result}")
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path in [*pictures(Path(folder)), *data_sets(Path(folder)), *videos(Path(folder))]:
            done = subprocess.run(
                [sys.executable, "-c", READ, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=600
            )
            print(f"{path.stat().st_size:9,} B", (done.stdout or f"died: {done.stderr[-200:]}").rstrip(), flush=True)


def pictures(folder: Path):
    """24 megapixels in every format, and more in those that can shrink it to nothing."""
    pillow_heif.register_heif_opener()
    colour, clear = (Image.new(mode, (6000, 4000), 99) for mode in ("RGB", "RGBA"))
    for name, picture, options in (
        ("clear.webp", clear, {"lossless": True}),
        ("colour.webp", colour, {}),
        ("clear.png", clear, {}),
        ("grey16.png", Image.fromarray(np.zeros((4000, 6000), np.uint16)), {}),
        ("colour.gif", colour.convert("P"), {}),
        ("colour.tif", colour, {"compression": "tiff_deflate"}),
        ("clear.heic", clear, {}),
        ("clear.avif", clear, {}),
        ("progressive.jpg", Image.new("RGB", (8000, 6000)), {"progressive": True, "subsampling": 0}),
        ("huge.webp", Image.new("RGBA", (8000, 8000)), {"lossless": True}),
        ("huge.heic", Image.new("RGB", (8000, 6000)), {}),
        ("huge.png", Image.new("1", (13_000, 13_000)), {}),
    ):
        picture.save(folder / name, **options)
        yield folder / name


def data_sets(folder: Path):
    """An npz that grows to 3.9 GB, the same in a zip, and pictures of 169 megapixels in a zip."""
    npz, images = folder / "bomb.npz", folder / "pictures.zip"
    with zipfile.ZipFile(npz, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("images.npy", "w", force_zip64=True) as member:
            header = {"descr": "|u1", "fortran_order": False, "shape": (1_700_000, 48, 48)}
            np.lib.format.write_array_header_1_0(member, header)
            for _ in range(1700):
                member.write(bytes(1000 * 48 * 48))
        archive.writestr("labels.npy", b"")
    yield npz
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(npz, "bomb.npz")
    yield folder / "bomb.zip"
    buffer = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(buffer, "PNG")
    with zipfile.ZipFile(images, "w", zipfile.ZIP_DEFLATED) as archive:
        for label in ("happy", "sad"):
            archive.writestr(f"train/{label}/a.png", buffer.getvalue())
    yield images


def videos(folder: Path):
    """Frames of 63 megapixels, and of 4K."""
    for name, width, height in (("huge.mp4", 8192, 7680), ("4k.mp4", 3840, 2160)):
        with av.open(str(folder / name), "w") as out:
            stream = out.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for _ in range(10):
                out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((height, width, 3), np.uint8), "rgb24")))
            out.mux(stream.encode())
        yield folder / name


if __name__ == "__main__":
    main()
