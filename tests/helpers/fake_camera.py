"""A video for Chromium's fake camera: heads that move about on grey."""

from pathlib import Path

import cv2
import numpy as np

from fer.faces.image import read_image

SAMPLE = Path(__file__).parents[2] / "pages/parts/samples/astronaut.jpg"
WIDTH, HEIGHT, FRAMES = 640, 480, 60  # two seconds, which Chromium repeats
FLAGS = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


def write(path: Path, heads: int = 1) -> Path:
    """A y4m of 30 frames a second with so many heads, 1 to 6."""
    side = 260 if heads == 1 else 200
    head = cv2.resize(read_image(SAMPLE)[:240, 110:350], (side, side), interpolation=cv2.INTER_AREA)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F30:1 Ip A1:1 C420jpeg\n".encode())
        for turn in 2 * np.pi * np.arange(FRAMES) / FRAMES:
            image = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
            for i in range(heads):
                x = 100 + 60 * np.sin(turn) if heads == 1 else 10 + 205 * (i % 3) + 8 * np.sin(turn + i)
                y = 90 + 30 * np.cos(turn) if heads == 1 else 15 + 230 * (i // 3)
                place = image[int(y) : int(y) + side, int(x) : int(x) + side]
                place[:] = head[: place.shape[0], : place.shape[1]]
            file.write(b"FRAME\n" + cv2.cvtColor(image, cv2.COLOR_RGB2YUV_I420).tobytes())
    return path


def flags(path: Path) -> list[str]:
    """What Chromium is started with so that this video is its camera."""
    return [*FLAGS, f"--use-file-for-fake-video-capture={path}"]
