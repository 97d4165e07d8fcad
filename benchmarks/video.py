"""Whether videos are read faster than they last, in memory that does not grow, and how many photos a second.

    python benchmarks/video.py [--minutes 10]

Makes videos of 1280 x 720 at 30 frames a second: two portraits that move about, with a tone. Memory is the peak of a
fresh process that reads 10 seconds, and of one that reads the long video. Photos are 200 copies of the samples in
several sizes. Each figure is printed with what it must reach; the exit status is 1 where one does not. The figures a
processor's second are the ones to compare where the machine has other work, whose load is printed too.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from fractions import Fraction
from functools import partial
from math import inf, sin
from pathlib import Path

import av
import numpy as np
import psutil
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
SAMPLES = ROOT / "pages/parts/samples"
SIZE, RATE, SOUND_RATE = (1280, 720), 30, 48_000
SHORT = 10  # seconds
PHOTOS, SIDES = 200, (480, 800, 1200, 2000)  # pixels of the long side, in turn
BARS = {"ratio": 1.0, "growth": 50.0, "photos": 15.0}  # times real time, MB, photos a second


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="length of the long video (default: 10)")
    seconds = 60 * parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="fer-") as name:
        folder = Path(name)
        short = make_film(folder / "short.mp4", SHORT)
        long = repeat(short, folder / "long.mp4", round(seconds / SHORT))
        kept = [
            report("a video read five times a second", fresh(read, video), seconds, "seconds of it")
            for video, seconds in ((short, SHORT), (long, seconds))
        ]
        marked = report("the short video written again", fresh(annotate, short), SHORT, "seconds of it")
        photos = report("a folder", fresh(read_photos, make_photos(folder / "photos")), PHOTOS, "photos")
    growth = kept[1]["megabytes"] - kept[0]["megabytes"]
    ratio = min(SHORT / kept[0]["seconds"], seconds / kept[1]["seconds"], SHORT / marked["seconds"])
    print(f"load of the machine: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} processors")
    results = [
        judge("slowest of them, times real time", ratio, BARS["ratio"], at_least=True),
        judge("MB that the long video needs beyond the short one", growth, BARS["growth"], at_least=False),
        judge("photos a second", PHOTOS / photos["seconds"], BARS["photos"], at_least=True),
    ]
    return 0 if all(results) else 1


def make_film(path: Path, seconds: int) -> Path:
    """Two portraits on their way round."""
    with Image.open(SAMPLES / "pair.jpg") as photo:
        pair = photo.convert("RGB").resize((800, 500))
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=RATE, options={"preset": "veryfast"})
        (stream.width, stream.height), stream.pix_fmt = SIZE, "yuv420p"
        sound = out.add_stream("aac", rate=SOUND_RATE, layout="mono")
        for i in range(seconds * RATE):
            scene = Image.new("RGB", SIZE, "teal")
            turn = 2 * np.pi * i / (seconds * RATE)
            scene.paste(pair, (round(240 + 200 * sin(turn)), round(110 + 90 * sin(2 * turn))))
            out.mux(stream.encode(av.VideoFrame.from_image(scene)))
            out.mux(sound.encode(_tone(i)))
        out.mux([*stream.encode(), *sound.encode()])
    return path


def _tone(i: int) -> av.AudioFrame:
    """What sounds while one frame is shown: 440 Hz."""
    n = SOUND_RATE // RATE
    samples = np.sin(2 * np.pi * 440 * np.arange(i * n, (i + 1) * n) / SOUND_RATE) / 4
    frame = av.AudioFrame.from_ndarray(samples.astype(np.float32)[None], "fltp", "mono")
    frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, i * n, Fraction(1, SOUND_RATE)
    return frame


def repeat(short: Path, path: Path, times: int) -> Path:
    """The same video again and again, without coding it anew."""
    with av.open(str(path), "w") as out, av.open(str(short)) as model:
        streams = [out.add_stream_from_template(stream) for stream in model.streams]
        latest = [-inf] * len(streams)
        for i in range(times):
            with av.open(str(short)) as container:
                for packet in container.demux():
                    if packet.dts is None:
                        continue
                    shift = round(i * SHORT / packet.time_base)
                    packet.pts, packet.dts, place = packet.pts + shift, packet.dts + shift, packet.stream.index
                    if packet.dts > latest[place]:  # sound begins a little before the pictures
                        packet.stream, latest[place] = streams[place], packet.dts
                        out.mux(packet)
    return path


def make_photos(folder: Path) -> Path:
    folder.mkdir()
    for i in range(PHOTOS):
        with Image.open(sorted(SAMPLES.glob("*.jpg"))[i % 3]) as photo:
            scale = SIDES[i % len(SIDES)] / max(photo.size)
            photo.resize((round(photo.width * scale), round(photo.height * scale))).save(folder / f"{i:03}.jpg")
    return folder


def fresh(job, path: Path) -> dict:
    """What a job says that runs in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(job, (path,))


def read(path: Path) -> dict:
    from fer import EmotionReader, read_video

    return measured(partial(read_video, path, reader=EmotionReader()))


def annotate(path: Path) -> dict:
    from fer import EmotionReader, annotate_video

    return measured(partial(annotate_video, path, path.with_name("marked.mp4"), reader=EmotionReader()))


def read_photos(folder: Path) -> dict:
    from fer import EmotionReader
    from fer.faces.photos import in_folder
    from fer.inference.many_photos import read_all

    return measured(partial(read_all, in_folder(folder), reader=EmotionReader()))


def measured(answers) -> dict:
    """Seconds until the last answer, those of the processor, the number of answers, and the peak memory in MB."""
    started, worked = time.perf_counter(), time.process_time()
    n = sum(1 for _ in answers())
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    memory = psutil.Process().memory_info()
    peak = getattr(memory, "peak_wset", 0) or _peak()
    return {"seconds": seconds, "processor": worked, "answers": n, "megabytes": peak / 2**20}


def _peak() -> int:
    """Bytes; Linux returns kilobytes, macOS bytes."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def report(what: str, figures: dict, amount: float, unit: str) -> dict:
    print(
        f"{what}: {figures['seconds']:.1f} s for {amount:,.0f} {unit}, {amount / figures['seconds']:.1f} a second and "
        f"{amount / figures['processor']:.1f} a processor's second; peak {figures['megabytes']:.0f} MB"
    )
    return figures


def judge(what: str, value: float, bar: float, *, at_least: bool) -> bool:
    good = value >= bar if at_least else value <= bar
    print(f"{'ok  ' if good else 'MISS'} {what}: {value:.1f} (at {'least' if at_least else 'most'} {bar:g})")
    return good


if __name__ == "__main__":
    sys.exit(main())
