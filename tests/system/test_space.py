"""How much disk space folders take."""

from fer.system import space


def test_files_count_once_and_links_are_not_followed(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").write_bytes(b"x" * 1000)
    (tmp_path / "a/.hidden").write_bytes(b"x" * 10)
    (tmp_path / "big").write_bytes(b"x" * 10**6)
    (tmp_path / "a/link").symlink_to(tmp_path / "big")
    link = len(str(tmp_path / "big"))
    assert space.used([tmp_path / "a", tmp_path / "a/../a", tmp_path / "none"]) == 1010 + link
