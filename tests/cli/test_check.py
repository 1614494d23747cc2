from vidgen.errors import Exit


def test_nothing_wrong(vidgen, example):
    said = vidgen("check", example)
    assert (said.code, said.out) == (0, "")
    assert said.err == "6 shots, no faults, no warnings, no notes\n"


def test_warnings_are_data_and_counts_are_talk(vidgen, tiny):
    said = vidgen("check", tiny())
    assert said.code == 0
    assert said.out.startswith("warning: ")
    assert said.err.startswith("2 shots, no faults, ")
    assert "1 warnings" not in said.err


def test_faults_end_with_3_and_are_all_told_at_once(vidgen, tiny):
    broken = (
        "vidgen: 1\ntitle: T\nshots:\n  - {id: a, promt: p}\n  - {id: a, prompt: q, takes: x}\n"
    )
    said = vidgen("check", tiny(broken))
    assert (said.code, said.out) == (Exit.INVALID, "")
    assert said.err.count("error: ") == 3
    data = vidgen("check", tiny(broken), "--json")
    assert (data.json["schema"], len(data.json["faults"])) == ("vidgen.error/1", 3)


def test_as_data(vidgen, tiny):
    said = vidgen("check", tiny(), "--json")
    assert (said.json["schema"], said.json["shots"], said.err) == ("vidgen.check/1", 2, "")
    assert {"code", "message", "line", "column"} <= set(said.json["warnings"][0])
