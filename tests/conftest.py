"""What every test shares: no network beyond this machine, a small catalogue, films on disk."""

import socket
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest
from PIL import Image

from vidgen.catalogue import Catalogue
from vidgen.catalogue.page import Model, Provider
from vidgen.source import load_source

GOLDEN = Path(__file__).parent / "golden"
LOOPBACK = ("127.", "::1", "localhost")


LONG = (
    "test_ten_desks.py", "test_crash.py", "sweep", "test_docs.py", "test_docs_provider.py",
    "cli/test_render.py", "rehearsal/test_clips.py", "cli/test_paid.py", "test_templates.py",
    "stitch", "providers/animatic", "cli",
)  # fmt: skip
"""What takes longest, by file or folder, longest first."""


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


def pytest_collection_modifyitems(items):
    """The long files first, so that no worker is left with one while the others have nothing.

    A file's tests stay together, and with them what they share.
    """
    here = Path(__file__).parent
    ranks = {here / name: rank for rank, name in enumerate(LONG)}

    def rank(item):
        return min(
            (ranks[path] for path in (item.path, *item.path.parents) if path in ranks),
            default=len(LONG),
        )

    items.sort(key=rank)


@pytest.fixture
def golden(request):
    """Compare a text with a file of tests/golden: `golden("plan/80.txt", text)`."""

    def check(name, text):
        path = GOLDEN / name
        text = "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), f"{name} differs; --update-golden"

    return check


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """A connection that would leave this machine fails the test that tries it."""
    connect = socket.socket.connect

    def guarded(self, address):
        host = address[0] if isinstance(address, tuple) else "localhost"
        assert str(host).startswith(LOOPBACK), f"a test reached out to {host}"
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def film(tmp_path):
    """Write a storyboard (and stills that it names) and load it: `film('''shots: …''')`."""

    def write(text, *, stills=(), head="vidgen: 1\ntitle: Film\n"):
        for name in stills:
            still(tmp_path / name)
        (tmp_path / "storyboard.yaml").write_text(head + dedent(text), encoding="utf-8")
        return load_source(tmp_path)

    return write


def still(path: Path, size=(270, 480), colour=(180, 120, 60)) -> Path:
    """A small still with something in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", size, colour)
    picture.paste((240, 230, 200), (size[0] // 4, size[1] // 3, size[0] // 2, size[1] // 2))
    picture.save(path)
    return path


PAGE = {"as_of": date(2026, 10, 1), "source": "a price page"}


def model(name, **more):
    """A video model of a made-up developer."""
    return Model.model_validate(
        {
            "id": name, "name": name.title(), "developer": "Maker", "kind": "video",
            "durations": [4, 6, 8], "resolutions": ["720p", "1080p"], "aspects": ["9:16", "16:9"],
            "audio": "optional", "capabilities": ["text", "first_frame", "last_frame"],
            "good_for": ["tests"], **more,
        }
    )  # fmt: skip


def offer(name, usd, **more):
    """What a provider sells of a model, at one price a second."""
    prices = more.pop("prices", [{"per": "second", "usd": usd}] if usd else [{"per": "unknown"}])
    modes = more.pop(
        "modes", {"text": f"{name}/t", "first_frame": f"{name}/i", "first_last": f"{name}/f"}
    )
    return {"model": name, "name": name, "modes": modes, "prices": prices, **more}


def provider(name, *offers, **more):
    """A provider's page."""
    return Provider.model_validate(
        {"provider": name, "name": name.title(), "offers": list(offers), **PAGE, **more}
    )


@pytest.fixture
def shop():
    """Three models at two providers: plain, dear and retired."""
    from decimal import Decimal

    models = [
        model("plain", aliases=["plain-one"]),
        model(
            "dear", durations=[5, 10], tier="premium",
            capabilities=["text", "first_frame", "last_frame", "seed", "negative_prompt",
                          "lip_sync"],
            resolutions=["1080p", "4k"], recipe={"negative": "field"},
        ),
        model("old", life={"state": "retired", "since": date(2026, 9, 24), "successor": "dear"}),
        model("silent", audio="never", resolutions=["480p"], durations=[5]),
        model("painter", kind="image", durations=None, audio=None,
              capabilities=["text", "references"],
              max_references=4, resolutions=["1k", "2k"]),
        model("animatic", durations=None, audio="never", resolutions=None, aspects=None,
              capabilities=["text", "first_frame", "last_frame", "camera_control"]),
    ]  # fmt: skip
    pages = [
        provider(
            "one",
            offer("plain", Decimal("0.10")),
            offer("old", Decimal("0.01")),
            offer("silent", Decimal("0.02")),
            offer("painter", None, modes={"text": "p/t", "references": "p/r"},
                  prices=[{"per": "image", "usd": Decimal("0.04")}]),
            keys=[{"env": "ONE_KEY", "aliases": ["ONE_API_KEY"]}],
        ),
        provider("two", offer("plain", Decimal("0.08")), offer("dear", Decimal("0.40")),
                 keys=[{"env": "TWO_KEY"}]),
        provider("animatic", offer("animatic", None, prices=[{"per": "free"}]), local=True),
    ]  # fmt: skip
    return Catalogue({item.id: item for item in models}, {page.provider: page for page in pages})
