"""A plug-in is a file whose name is the registered name."""

import pytest

from fer.architectures import ARCHITECTURES
from fer.data.formats import FORMATS
from fer.errors import FerError
from fer.faces.detectors import DETECTORS
from fer.registry import Registry

PLUGIN = "from {package} import ITEMS, Item\nITEMS.register(Item({name!r}))\n"
PACKAGE = "\n".join(
    [
        "from collections import namedtuple",
        "from fer.registry import Registry",
        "Item = namedtuple('Item', 'name')",
        "ITEMS = Registry(__name__, 'thing')",
    ]
)


@pytest.fixture
def plugins(tmp_path, monkeypatch, request):
    """The registry of a package made for this test, and its folder."""
    name = f"plugins_{request.node.name[:40]}".replace("[", "_").replace("]", "_")
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text(PACKAGE)
    monkeypatch.syspath_prepend(tmp_path)
    for plugin in ("zebra", "ant", "_parts"):
        (folder / f"{plugin}.py").write_text(PLUGIN.format(package=name, name=plugin))
    return __import__(name).ITEMS, folder


@pytest.mark.parametrize("registry", [ARCHITECTURES, FORMATS, DETECTORS], ids=lambda registry: registry.kind)
def test_every_plug_in_is_registered_under_its_files_name(registry):
    names = list(registry)
    assert names == sorted(names) and names
    for name in names:
        assert registry[name].name == name and registry[name].summary


def test_names_come_sorted_and_without_private_files(plugins):
    registry, _ = plugins
    assert list(registry) == ["ant", "zebra"]


def test_a_plug_in_is_imported_only_when_it_is_asked_for(plugins):
    registry, folder = plugins
    (folder / "broken.py").write_text("raise RuntimeError('imported')")
    assert "broken" in list(registry) and registry["ant"].name == "ant"
    with pytest.raises(RuntimeError, match="imported"):
        registry["broken"]


def test_the_same_plug_in_is_given_every_time(plugins):
    registry, _ = plugins
    assert registry["ant"] is registry["ant"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("zebr", r"Unknown thing 'zebr'\. Did you mean 'zebra'\? Valid: ant, zebra\."),
        ("Q", r"Unknown thing 'Q'\. Valid: ant, zebra\."),
        ("_parts", r"Unknown thing '_parts'"),
        ("../ant", r"Unknown thing '\.\./ant'\. Did you mean 'ant'\?"),
    ],
    ids=["a typing error", "nothing like it", "a private file", "a path"],
)
def test_an_unknown_name_is_refused_with_the_nearest(plugins, asked, message):
    with pytest.raises(FerError, match=message):
        plugins[0][asked]


def test_a_package_without_plug_ins_says_so(tmp_path, monkeypatch):
    (tmp_path / "plugins_none").mkdir()
    (tmp_path / "plugins_none/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(FerError, match=r"Valid: none yet\."):
        Registry("plugins_none", "thing")["x"]


def test_a_name_registered_twice_is_a_bug(plugins):
    registry, _ = plugins
    with pytest.raises(ValueError, match="thing 'ant' is registered twice"):
        registry.register(registry["ant"])
