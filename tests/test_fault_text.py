from vidgen.errors import Fault
from vidgen.fault_text import render_faults


def fault(line, hint=""):
    return Fault("unknown-key", "shot `sip` has no key `promt`", "storyboard.yaml", line, 13, hint)


def test_a_fault_says_what_where_and_the_way_out():
    assert render_faults([fault(7, "did you mean `prompt`?")]) == (
        "error: unknown-key\n"
        "  storyboard.yaml:7:13  shot `sip` has no key `promt`\n"
        "  hint: did you mean `prompt`?"
    )


def test_faults_are_set_apart_and_called_what_they_are():
    assert render_faults([fault(1), fault(2)], "warning") == (
        "warning: unknown-key\n  storyboard.yaml:1:13  shot `sip` has no key `promt`\n"
        "\n"
        "warning: unknown-key\n  storyboard.yaml:2:13  shot `sip` has no key `promt`"
    )


def test_a_flood_is_cut_short():
    text = render_faults([fault(line) for line in range(1, 1301)])
    assert text.count("error:") == 50
    assert text.endswith("\n\n... and 1,250 more")


def test_nothing_is_nothing():
    assert render_faults([]) == ""
