"""`python -m fer predict` as people call it."""

import json
import shutil
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest
from helpers.made_videos import video
from PIL import Image

from fer.cli.main import main
from fer.inference.reader import EmotionReader
from fer.video.annotate import EVERY

SAMPLES = Path(__file__).parents[2] / "pages/parts/samples"
PAIR = SAMPLES / "pair.jpg"


def test_predict_answers_each_photo_with_one_json_line(capsys):
    names = [str(SAMPLES / name) for name in ("pair.jpg", "drawn.png")]
    assert main(["predict", *names, "--json"]) == 0
    pair, drawn = map(json.loads, capsys.readouterr().out.splitlines())
    assert (pair["file"], pair["width"], pair["height"]) == (names[0], 960, 600) and drawn["file"] == names[1]
    assert len(pair["faces"]) == 2
    for face in pair["faces"]:
        assert set(face) == {"box", "label", "confidence", "probabilities"} and len(face["box"]) == 4
        assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-4)
        assert face["label"] == max(face["probabilities"], key=face["probabilities"].get)


def test_an_answer_below_the_threshold_is_marked(capsys, monkeypatch):
    monkeypatch.setattr(EmotionReader, "threshold", 1.0)
    assert main(["predict", str(SAMPLES / "hopper.jpg")]) == 0
    assert ": not sure, perhaps " in capsys.readouterr().out
    monkeypatch.setattr(EmotionReader, "threshold", 0.0)
    assert main(["predict", str(SAMPLES / "hopper.jpg")]) == 0
    assert "not sure" not in capsys.readouterr().out


def test_predict_reports_what_is_no_picture_and_still_answers_the_others(tmp_path, capfd):
    letter = tmp_path / "letter.jpg"
    letter.write_text("Dear all")
    assert main(["predict", str(letter), str(SAMPLES / "hopper.jpg"), str(tmp_path / "none.png")]) == 1
    printed = capfd.readouterr()
    assert printed.out.count("face 1 at") == 1
    first, second = printed.err.splitlines()
    assert "letter.jpg" in first and "isn't a readable image" in first and "none.png: The file does not exist" in second


def test_predict_reads_a_folder_and_a_zip_and_reports_what_it_left_out(tmp_path, capfd):
    folder = tmp_path / "photos"
    (folder / "more/.hidden").mkdir(parents=True)
    for place in ("hopper.jpg", "more/hopper.jpg", "more/.hidden/hopper.jpg"):
        shutil.copy(SAMPLES / "hopper.jpg", folder / place)
    (folder / "notes.txt").write_text("Dear all")
    archive = shutil.make_archive(str(tmp_path / "packed"), "zip", folder)
    assert main(["predict", str(folder), archive, "--csv", str(tmp_path / "out.csv")]) == 0
    printed = capfd.readouterr()
    names = [f"{folder}/hopper.jpg", f"{folder}/more/hopper.jpg", f"{archive}/hopper.jpg", f"{archive}/more/hopper.jpg"]
    assert [line.split(": ")[0] for line in printed.out.splitlines()] == names
    assert printed.err.splitlines() == [
        f"fer: {place}/notes.txt: skipped; not an image file, judging by its name." for place in (folder, archive)
    ]
    rows = pd.read_csv(tmp_path / "out.csv")
    assert rows["file"].tolist() == names and set(rows["label"]) == {"neutral"} and rows["x1"].nunique() == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty", None, "It contains no images."),
        ("bad.zip", b"no zip", "cannot be opened"),
        ("video.mp4", b"Dear all", "isn't a readable video"),
    ],
)
def test_predict_reports_what_it_cannot_read_and_answers_the_rest(name, content, message, tmp_path, capfd):
    path = tmp_path / name
    path.mkdir() if content is None else path.write_bytes(content)
    assert main(["predict", str(path), str(SAMPLES / "hopper.jpg"), "--csv", str(tmp_path / "out.csv")]) == 1
    printed = capfd.readouterr()
    assert printed.err.count("\n") == 1 and f"fer: {path}: " in printed.err and message in printed.err
    assert "hopper.jpg: face 1" in printed.out and len(pd.read_csv(tmp_path / "out.csv")) == 1


def test_where_nothing_can_be_read_the_table_is_empty(tmp_path, capfd):
    assert main(["predict", str(tmp_path / "none.mp4"), "--csv", str(tmp_path / "out.csv")]) == 1
    assert "No such file" in capfd.readouterr().err and not (tmp_path / "out.csv").read_text().strip()


@pytest.fixture(scope="module")
def portrait_video(tmp_path_factory) -> Path:
    """Two seconds of the pair, with sound."""
    with Image.open(SAMPLES / "pair.jpg") as photo:
        image = np.asarray(photo.convert("RGB").resize((480, 300)))
    return video(tmp_path_factory.mktemp("videos") / "pair.mp4", [image] * 50, sound="aac")


def test_predict_reads_a_video_and_writes_it_again(portrait_video, tmp_path, capfd):
    out, csv = tmp_path / "marked.mp4", tmp_path / "out.csv"
    assert main(["predict", str(portrait_video), "--annotate", str(out), "--csv", str(csv)]) == 0
    printed = capfd.readouterr()
    assert f"{portrait_video}: face 2, seen for 1.8 s from 0:00.0 on: " in printed.out and not printed.err
    assert f"{portrait_video}: happy is strongest at 0:0" in printed.out
    rows = pd.read_csv(csv)
    assert len(rows) == 20 and rows["face"].tolist() == [1, 2] * 10 and rows["time"].max() == 1.8
    with av.open(str(out)) as container:
        assert container.streams.video[0].frames == 50 and container.streams.audio


def test_predict_prints_each_reading_of_a_video_as_json(portrait_video, capfd):
    assert main(["predict", str(portrait_video), "--json", "--every", "0.5"]) == 0
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [line["time"] for line in lines] == pytest.approx([0, 0.52, 1.0, 1.52], abs=0.03)
    for line in lines:
        assert line["file"] == str(portrait_video) and (line["width"], line["height"]) == (480, 300)
        assert [face["face"] for face in line["faces"]] == [1, 2]
        assert set(line["faces"][0]) == {"face", "box", "label", "confidence", "probabilities"}


def test_a_video_that_is_cut_off_is_answered_as_far_as_it_goes(portrait_video, tmp_path, capfd):
    with av.open(str(portrait_video)) as container:
        images = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    whole = video(tmp_path / "whole.mkv", images * 2).read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) // 3])
    assert main(["predict", str(tmp_path / "cut.mkv")]) == 1
    printed = capfd.readouterr()
    assert "face 2" in printed.out and "cut.mkv: Only the first" in printed.err


def test_the_interval_that_help_reports_is_the_one_that_is_taken(capsys):
    with pytest.raises(SystemExit):
        main(["predict", "--help"])
    assert f"0 reads every frame (default: {EVERY})" in " ".join(capsys.readouterr().out.split())


def test_predict_takes_the_whole_picture_on_request(capsys):
    assert main(["predict", str(SAMPLES / "drawn.png"), "--detector", "whole", "--model", "mini_xception"]) == 0
    assert "[0, 0, 400, 400]" in capsys.readouterr().out


def test_predict_answers_with_test_time_augmentation_on_request(capsys):
    photo = SAMPLES / "hopper.jpg"
    assert main(["predict", str(photo), "--tta", "--json"]) == 0
    (face,) = json.loads(capsys.readouterr().out)["faces"]
    (wanted,) = EmotionReader(tta=True).read(photo)
    assert face["confidence"] == pytest.approx(wanted.confidence, abs=1e-4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--csv", "{photo}"], "would overwrite one of the files to read"),
        (["--csv", "{folder}"], "it is a folder"),
        (["--csv", "{folder}/none/a.csv"], "its folder does not exist"),
    ],
)
def test_an_output_that_cannot_be_or_would_destroy_an_input_is_refused_first(arguments, message, tmp_path, capfd):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(PAIR.read_bytes())
    filled = [argument.format(photo=photo, folder=tmp_path) for argument in arguments]
    assert main(["predict", str(photo), *filled]) == 1
    printed = capfd.readouterr()
    assert message in printed.err and not printed.out and photo.read_bytes() == PAIR.read_bytes()


def test_a_video_is_not_replaced_by_its_own_copy(portrait_video, capfd):
    before = portrait_video.read_bytes()
    assert main(["predict", str(portrait_video), "--annotate", str(portrait_video)]) == 1
    assert "would overwrite" in capfd.readouterr().err and portrait_video.read_bytes() == before


@pytest.mark.parametrize("arguments", [[""], ["photo.jpg", "--csv", ""]])
def test_an_empty_path_is_not_the_current_folder(arguments, capfd):
    with pytest.raises(SystemExit):
        main(["predict", *arguments])
    assert "the path is empty" in capfd.readouterr().err
