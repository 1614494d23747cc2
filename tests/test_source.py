import hashlib

import pytest
from PIL import Image

from tests.clips import footage, hum
from tests.conftest import still
from vidgen.errors import ProjectNotFound, StoryboardInvalid
from vidgen.source import load_source

HEAD = "vidgen: 1\ntitle: Film\n"


@pytest.fixture
def project(tmp_path):
    """Write a storyboard into a folder of its own; `(film / "stills")` has two pictures."""
    film = tmp_path / "film"
    still(film / "stills" / "a.png", (1080, 1920))
    still(film / "stills" / "b.jpg", (720, 1280))
    footage(film / "clip.mp4")
    hum(film / "bed.wav")

    def write(text):
        (film / "storyboard.yaml").write_text(HEAD + text, encoding="utf-8")
        return film

    return write


def told(folder):
    """Code, line and message of everything that is wrong."""
    with pytest.raises(StoryboardInvalid) as caught:
        load_source(folder)
    return [(fault.code, fault.line, fault.message) for fault in caught.value.faults]


def codes(folder):
    return [code for code, _, _ in told(folder)]


# -- finding ------------------------------------------------------------------------------------


def test_a_folder_or_a_file_is_loaded(project):
    film = project("shots: [{id: a, still: stills/a.png}]\n")
    for path in (film, film / "storyboard.yaml"):
        source = load_source(path)
        assert source.root == film
        assert source.file == film / "storyboard.yaml"
        assert source.board.shots[0].id == "a"
        assert source.fault(("shots", 0, "id"), "x", "y").file.endswith("film/storyboard.yaml")


def test_messages_name_the_file_as_it_was_named(project, monkeypatch):
    film = project("shots: [{id: a, b: c}]\n")
    monkeypatch.chdir(film)
    from pathlib import Path

    with pytest.raises(StoryboardInvalid) as caught:
        load_source(Path())
    assert caught.value.faults[0].where == "storyboard.yaml:3:17"


def test_what_is_not_there_is_told_with_what_is(tmp_path):
    (tmp_path / "film").mkdir()
    (tmp_path / "film" / "story.yaml").write_text(HEAD)
    with pytest.raises(ProjectNotFound) as caught:
        load_source(tmp_path / "film")
    assert "story.yaml" in caught.value.hint
    with pytest.raises(ProjectNotFound) as caught:
        load_source(tmp_path / "flim")
    assert caught.value.hint.endswith("film`?")
    with pytest.raises(ProjectNotFound) as caught:
        load_source(tmp_path / "nowhere" / "at" / "all")
    assert "vidgen init" in caught.value.hint


# -- files --------------------------------------------------------------------------------------


def test_every_file_is_hashed_once_and_pictures_are_measured(project):
    film = project(
        "shots:\n"
        "  - {id: a, still: stills/a.png, end_still: ./stills/b.jpg}\n"
        "  - {id: b, still: stills/a.png, source: clip.mp4}\n"
        "sound: {music: {file: bed.wav}}\n".replace(", source: clip.mp4", "")
    )
    source = load_source(film)
    digest = hashlib.sha256((film / "stills/a.png").read_bytes()).hexdigest()
    assert source.inputs["stills/a.png"].digest == digest
    assert source.inputs["./stills/b.jpg"].path == "stills/b.jpg"
    assert (
        source.inputs["bed.wav"].digest
        == hashlib.sha256((source.root / "bed.wav").read_bytes()).hexdigest()
    )
    assert source.sizes == {"stills/a.png": (1080, 1920), "./stills/b.jpg": (720, 1280)}


def test_a_file_is_looked_at_for_each_use(project):
    film = project("shots: [{id: a, still: stills/a.png}, {id: b, source: stills/a.png}]\n")
    assert codes(film) == ["wrong-kind-of-file"]


def test_a_photograph_that_lies_on_its_side_is_measured_as_it_is_seen(project):
    film = project("shots: [{id: a, still: side.jpg}]\n")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (192, 108)).save(film / "side.jpg", exif=exif)
    assert load_source(film).sizes == {"side.jpg": (108, 192)}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("stills/none.png", "missing-file"), ("none/a.png", "missing-file"),
        ("../film/stills/a.png", "outside-project"), ("../a.png", "outside-project"),
        ("stills/../../a.png", "outside-project"), ("/etc/a.png", "outside-project"),
        ("~/a.png", "outside-project"), ("C:/a.png", "outside-project"),
        ("C:a.png", "outside-project"), ("//server/a.png", "outside-project"),
        ("stills\\\\a.png", "not-a-path"), ("http://x/a.png", "not-a-path"),
        ("file:a.png", "not-a-path"), ("data:image/png,a.png", "not-a-path"),
        ("concat:a.png", "not-a-path"), ("a\\0.png", "not-a-path"), ("a\\n.png", "not-a-path"),
        ("stills", "wrong-kind-of-file"), ("clip.mp4", "wrong-kind-of-file"),
        ("stills/a.svg", "wrong-kind-of-file"), ("folder.png", "not-a-file"),
        ("empty.png", "not-a-picture"), ("vector.png", "not-a-picture"),
        ("gif.png", "not-a-picture"), ("big.png", "not-a-picture"), ("bomb.png", "not-a-picture"),
        ("link.png", "outside-project"), ("far/secret.png", "outside-project"),
        ("loop.png", "unreadable"), (f"{'a' * 300}.png", "unreadable"),
    ],
)  # fmt: skip
def test_a_path_that_is_no_picture_of_the_project(project, path, code):
    film = project(f'shots: [{{id: a, still: "{path}"}}]\n')
    (film / "folder.png").mkdir()
    (film / "empty.png").touch()
    (film / "vector.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    Image.new("P", (9, 16)).save(film / "gif.png", format="GIF")
    _claims(film / "big.png", 8000, 8000)
    _claims(film / "bomb.png", 60000, 60000)
    outside = film.parent / "outside"
    still(outside / "secret.png")
    (film / "link.png").symlink_to(outside / "secret.png")
    (film / "far").symlink_to(outside)
    (film / "loop.png").symlink_to(film / "loop.png")
    assert codes(film) == [code]


def _claims(path, width, height):
    """A small PNG whose header claims a huge picture."""
    import struct
    import zlib

    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data)


def test_a_link_within_the_project_is_followed(project):
    film = project("shots: [{id: a, still: stills/again.png}]\n")
    (film / "stills" / "again.png").symlink_to(film / "stills" / "a.png")
    assert load_source(film).sizes == {"stills/again.png": (1080, 1920)}


@pytest.mark.parametrize(
    ("path", "near"),
    [("stills/A.png", "stills/a.png"), ("a.png", "stills/a.png"), ("stills/b.jpeg", "stills/b.jpg"),
     ("stils/a.png", "stills/a.png"), ("still/aa.png", "stills/a.png")],
)  # fmt: skip
def test_the_nearest_file_is_named(project, path, near):
    film = project(f"shots: [{{id: a, still: {path}}}]\n")
    if (film / path).exists():
        pytest.skip("this file system does not tell the two apart")
    with pytest.raises(StoryboardInvalid) as caught:
        load_source(film)
    assert caught.value.faults[0].hint == f"did you mean `{near}`?"


def test_an_absolute_path_into_the_project_is_told_its_short_form(project):
    film = project("shots: [{id: a, still: HERE/stills/a.png}]\n")
    text = (film / "storyboard.yaml").read_text().replace("HERE", film.resolve().as_posix())
    (film / "storyboard.yaml").write_text(text)
    with pytest.raises(StoryboardInvalid) as caught:
        load_source(film)
    assert caught.value.faults[0].hint == "did you mean `stills/a.png`?"


def test_substitution_in_a_path_is_told_to_be_no_use_yet(project):
    film = project('shots: [{id: a, still: "stills/${hook}.png"}]\n')
    with pytest.raises(StoryboardInvalid) as caught:
        load_source(film)
    assert "${...}` has no effect yet" in caught.value.faults[0].hint


def test_a_thousand_stills_are_found_and_hashed(project):
    shots = "".join(f"  - {{id: s{index}, still: stills/{index}.png}}\n" for index in range(1000))
    film = project("shots:\n" + shots)
    first = still(film / "stills" / "0.png", (90, 160)).read_bytes()
    for index in range(1, 1000):
        (film / "stills" / f"{index}.png").write_bytes(first)
    assert len(load_source(film).inputs) == 1000


# -- rules --------------------------------------------------------------------------------------

RULES = {
    "ids are taken once": ("shots: [{id: a}, {id: a}]", ["duplicate-id"]),
    "some ids mean something": ("shots: [{id: previous}, {id: same}]", ["reserved-id"] * 2),
    "a chain to nobody": ("shots: [{id: a}, {id: b, chain: aa}]", ["chain-to-nothing"]),
    "a chain from the first": ("shots: [{id: a, chain: previous}]", ["chain-to-nothing"]),
    "a chain to itself": ("shots: [{id: a, chain: a}]", ["chain-loop"]),
    "a chain forward": ("shots: [{id: a, chain: b}, {id: b}]", ["chain-to-later"]),
    "a loop is told once": (
        "shots: [{id: a, chain: c}, {id: b, chain: a}, {id: c, chain: b}, {id: d, chain: c}]",
        ["chain-loop"],
    ),
    "two loops": (
        "shots: [{id: a, chain: b}, {id: b, chain: a}, {id: c, chain: c}]",
        ["chain-loop", "chain-loop"],
    ),
    "two starts": ("shots: [{id: a}, {id: b, chain: a, still: stills/a.png}]", ["two-starts"]),
    "one chain, two shapes": (
        'shots: [{id: a}, {id: b, chain: a, aspect: "16:9"}, {id: c, chain: b}]',
        ["chain-across-aspects"] * 2,
    ),
    "a role nobody has": ("rotation: {hero: x}\nshots: [{id: a, role: hera}]", ["unknown-role"]),
    "a default role": ("defaults: {role: x}\nshots: [{id: a}]", ["unknown-role"]),
    "a well-known role": ("shots: [{id: a, role: hero, model: x}]", []),
    "needs": ("shots: [{id: a, needs: [audio, 4k, sound]}]", ["unknown-need"]),
    "cast": ("cast: {bo: {look: x}}\nshots: [{id: a, cast: [bo, jo]}]", ["unknown-cast"]),
    "who speaks": (
        "cast: {bo: {look: x}}\n"
        "shots: [{id: a, prompt: {dialogue: [{by: jo, says: hi}, {says: hi}, {by: bo, says: x}]}}]",
        ["unknown-cast"],
    ),
    "a voice over nothing": (
        "shots: [{id: a}]\nsound: {voiceover: [{file: bed.wav, at: b}, {file: bed.wav, at: 5s}]}",
        ["unknown-shot"],
    ),
    "names of files": ("shots: [{id: a}]\ndeliver: [{name: x}, {name: X}]", ["duplicate-name"]),
    "variants": (
        "shots: [{id: a}]\nvariants: {axes: {x: [a], y: []}, exclude: [{z: a}, {x: b}]}",
        ["empty-value", "unknown-axis", "unknown-value"],
    ),
    "two kinds of model": (
        "shots: [{id: a, source: clip.mp4, motion: clip.mp4, still: stills/a.png}]",
        ["two-kinds"],
    ),
    "a source and a still": (
        "shots: [{id: a, source: clip.mp4, still: stills/a.png}]", ["two-starts"]),
    "a portrait says something": ("shots: [{id: a, portrait: stills/a.png}]", ["silent-portrait"]),
    "a portrait that speaks": (
        "shots: [{id: a, portrait: stills/a.png, audio: bed.wav}]", []),
    "motion for nobody": ("shots: [{id: a, motion: clip.mp4}]", ["no-start"]),
    "an end without a start": ("shots: [{id: a, end_still: same}]", ["no-start"]),
    "a loop of a still": ("shots: [{id: a, still: stills/a.png, end_still: same}]", []),
    "a lone group": ("shots: [{id: a, group: g}]", ["lone-group"]),
    "a broken group": (
        "shots: [{id: a, group: g}, {id: b}, {id: c, group: g}]", ["broken-group"]),
    "a chain in a group": (
        "shots: [{id: a, group: g}, {id: b, group: g, chain: a}]", ["chain-in-group"]),
    "trim": ("shots: [{id: a, duration: 1s, trim: {head: 0.5s, tail: 0.5s}}]", ["trimmed-away"]),
    "trim of all": ("defaults: {trim: {head: 5s}}\nshots: [{id: a}, {id: b}]", ["trimmed-away"]),
    "trim of one overrides": (
        "defaults: {trim: {head: 4s, tail: 1s}}\nshots: [{id: a, trim: {head: 1s}}]", []),
    "overlaps": (
        "shots: [{id: a, duration: 1s}, {id: b, duration: 1s, transition: {duration: 1s}}]",
        ["transition-too-long"],
    ),
    "overlaps by default": (
        "defaults: {transition: dissolve, duration: 1s}\nshots: [{id: a}, {id: b}, {id: c}]",
        ["transition-too-long"],
    ),
    "overlaps that fit": (
        "defaults: {transition: dissolve}\nshots: [{id: a}, {id: b}, {id: c}]", []),
    "nothing to come in over": ("shots: [{id: a, transition: dissolve}]", ["transition-at-start"]),
    "a cut at the start": ("shots: [{id: a, transition: cut}]", []),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_a_rule_between_the_parts(project, name):
    text, expected = RULES[name]
    film = project(text + "\n")
    if not expected:
        load_source(film)
        return
    assert codes(film) == expected


def test_a_loop_is_named_from_its_first_shot(project):
    film = project("shots: [{id: a}, {id: b, chain: d}, {id: c, chain: b}, {id: d, chain: c}]\n")
    ((_, _, message),) = told(film)
    assert message.endswith("`b` -> `d` -> `c` -> `b`")


def test_the_hop_that_changes_shape_is_named(project):
    film = project(
        "shots: [{id: a}, {id: b, chain: a}, {id: c, chain: b}, shots]\n".replace(
            "shots]", '{id: d, chain: c, aspect: "1:1"}]'
        )
    )
    ((_, _, message),) = told(film)
    assert "`d` is 1:1" in message
    assert "`c`, which is 9:16" in message


def test_a_long_chain_is_followed(project):
    shots = "".join(f"  - {{id: s{index}, chain: previous}}\n" for index in range(1, 1500))
    film = project("shots:\n  - {id: s0}\n" + shots)
    assert len(load_source(film).board.shots) == 1500


# -- everything at once -------------------------------------------------------------------------


def test_misfits_rules_and_files_are_told_together(project):
    film = project(
        "shots:\n"
        "  - {id: a, stil: stills/a.png, chain: zzz}\n"
        "  - {id: a, still: stills/none.png, takes: many}\n"
    )
    assert [(code, line) for code, line, _ in told(film)] == [
        ("unknown-key", 4),
        ("chain-to-nothing", 4),
        ("duplicate-id", 5),
        ("missing-file", 5),
        ("bad-value", 5),
    ]


def test_what_only_follows_from_a_misfit_is_not_told(project):
    film = project("rotaton: {hero: x}\nshots: [{id: a, role: hero}]\n")
    assert codes(film) == ["unknown-key"]
    film = project("cast: {bo: x}\nshots: [{id: a, cast: [bo]}]\n")
    assert codes(film) == ["wrong-type"]
    film = project("shots: [{id: a, stilll: stills/a.png, end_still: same}]\n")
    assert codes(film) == ["unknown-key"]
    film = project("shots: [{id: A A, still: stills/a.png}, {id: b, still: {modl: x}}]\n")
    assert codes(film) == ["bad-value", "missing-key", "unknown-key"]


@pytest.mark.parametrize(
    ("shot", "code"),
    [
        ("source: bad.mp4", "not-a-video"),
        ("source: deaf.mp4", "not-a-video"),
        ("portrait: stills/a.png, audio: bad.wav", "not-a-sound"),
        ("lip_sync: bad.wav", "not-a-sound"),
    ],
)
def test_what_a_shot_is_made_of_has_to_be_what_it_is_called(project, shot, code):
    film = project(f"shots: [{{id: a, prompt: x, {shot}}}]")
    for name in ("bad.mp4", "bad.wav"):
        (film / name).write_bytes(b"nothing of the kind")
    hum(film / "deaf.mp4")  # a sound alone
    with pytest.raises(StoryboardInvalid) as caught:
        load_source(film)
    (fault,) = caught.value.faults
    assert (fault.code, fault.line) == (code, 3)
    assert "cannot be read as a" in fault.message


def test_clips_and_sounds_of_shots_are_measured(project):
    source = load_source(project("shots: [{id: a, source: clip.mp4, lip_sync: bed.wav}]"))
    assert source.lengths == {"clip.mp4": 5, "bed.wav": 5}
