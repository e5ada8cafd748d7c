"""The page about moving over: what is said of sqlsel is run; blocks of other libraries are marked `py`, and are not."""

from tests.cli.conftest import demo  # noqa: F401 - a fixture
from tests.docs.test_limits_and_embeddings import blocks, run


def test_it_holds_what_it_shows(demo):  # noqa: F811
    ran = 0
    for language, text in blocks("moving-over"):
        if language == "sh":
            for line in text.splitlines():
                outcome = run(line)
                assert outcome.code == 0, f"{line}\n{outcome.err}"
        elif language == "python":
            exec(compile(text, "docs/moving-over.md", "exec"), {})
        else:
            assert language == "py"
            continue
        ran += 1
    assert ran == 5
    assert len((demo / "names.txt").read_text().splitlines()) == 100
