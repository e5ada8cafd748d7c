"""Where a config can come from, and what is said when there is none."""

from __future__ import annotations

import json
from collections import OrderedDict
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from sqlsel.config import Config, check_config, read_config
from sqlsel.errors import ConfigError
from tests.config.examples import DIVERSITY, EMBEDDINGS, config

TEXT = json.dumps(config((EMBEDDINGS, DIVERSITY)))


def refusal(source):
    with pytest.raises(ConfigError) as caught:
        read_config(source)
    assert caught.value.exit_code == 2
    assert len(caught.value.problems) == 1
    assert check_config(source) == caught.value.problems
    return str(caught.value)


def test_mapping_text_path_and_config_give_the_same(tmp_path):
    file = tmp_path / "config.json"
    file.write_text(TEXT)
    expected, _ = read_config(json.loads(TEXT))
    for source in (TEXT, f"\n  {TEXT}", file, str(file), MappingProxyType(json.loads(TEXT)), expected):
        assert read_config(source)[0] == expected


def test_a_text_with_comments_first_is_text():
    assert isinstance(read_config(f"// mine\n{TEXT}")[0], Config)


def test_a_byte_order_mark_is_allowed_and_moves_no_column(tmp_path):
    file = tmp_path / "config.json"
    file.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert isinstance(read_config(file)[0], Config)
    file.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert {(problem.line, problem.column) for problem in check_config(file)} == {(1, 1), (1, 2)}
    assert isinstance(read_config("\ufeff" + TEXT)[0], Config)


def test_the_name_of_the_file_is_in_the_error(tmp_path):
    file = tmp_path / "mine.json"
    file.write_text("{}")
    with pytest.raises(ConfigError) as caught:
        read_config(file)
    assert caught.value.source == str(file)
    assert str(caught.value).startswith(f"{file}: 2 problems\n  1:1: ")


def test_a_missing_file_offers_the_nearest_name(tmp_path):
    (tmp_path / "round_one.json").write_text(TEXT)
    message = refusal(tmp_path / "round_on.json")
    assert "there is no file" in message
    assert "did you mean" in message
    assert "round_one.json" in message
    assert "check the path" in refusal("no/such/folder/config.json")
    assert "there is no file" in refusal(f"{tmp_path / 'round_one.json'}/config.json")


def test_json_text_that_looks_like_a_path_is_explained():
    assert "a config is a JSON object" in refusal('["n_samples"]')


def test_a_directory_is_refused_and_offers_a_file(tmp_path):
    assert "is a directory" in refusal(tmp_path)
    (tmp_path / "config.json").write_text(TEXT)
    assert "'config.json'" in refusal(tmp_path)


@pytest.mark.parametrize("content", ["", "  \n\t", "\ufeff", "// nothing\n", "/* nothing */ # at all\n"])
def test_an_empty_config_is_refused(tmp_path, content):
    file = tmp_path / "config.json"
    file.write_text(content, encoding="utf-8")
    assert "the config is empty" in refusal(file)
    assert "n_samples" in refusal(content + "\n")


def test_other_encodings_are_refused(tmp_path):
    file = tmp_path / "config.json"
    file.write_bytes(b'{\n"a": "\xe9"}')
    assert "UTF-8 (byte 0xe9 in line 2)" in refusal(file)
    file.write_bytes(TEXT.encode("utf-16"))
    assert "UTF-16" in refusal(file)


def test_other_formats_are_refused(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("n_samples: 5\nstrategies: []\n")
    assert "YAML is not read" in refusal(file)
    file.write_text(TEXT)
    assert isinstance(read_config(file)[0], Config)


@pytest.mark.parametrize(("text", "found"), [("[1]\n", "a list"), ("5\n", "5"), ('"x"\n', "'x'"), ("null\n", "null")])
def test_the_top_must_be_an_object(text, found):
    message = refusal(text)
    assert f"the config is {found}" in message
    assert "a config is a JSON object" in message


@pytest.mark.parametrize("source", [None, 5, [1], b"{}", object()])
def test_other_kinds_of_source_are_refused(source):
    assert "a config is a mapping, JSON text or the path of a file, not" in refusal(source)


def test_impossible_paths_are_refused_without_a_traceback():
    for path in ("a\0b", "x" * 10_000):
        assert "cannot be read" in refusal(path)


def test_an_unreadable_file_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "config.json"
    file.write_text(TEXT)

    def denied(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert "cannot be read: Permission denied" in refusal(file)


def test_values_made_in_python_are_understood():
    class Kind(Enum):
        EMBEDDINGS = "EMBEDDINGS"

    class Name(str):
        __slots__ = ()

    source = OrderedDict(
        nSamples=np.int64(7),
        strategies=(
            {
                "input": MappingProxyType({"type": Kind.EMBEDDINGS}),
                "strategy": {Name("type"): Name("DIVERSITY"), "strength": np.float32(0.5)},
            },
        ),
    )
    read, _ = read_config(source)
    assert read.n_samples == 7
    assert type(read.n_samples) is int
    assert read.strategies[0].strategy.strength == 0.5


def test_a_share_is_taken_as_it_is_written():
    assert read_config(config(proportion_samples=0.1))[0].proportion_samples == Decimal("0.1")
    assert read_config(config(proportion_samples=Decimal("0.1")))[0].proportion_samples == Decimal("0.1")
    assert read_config(config(proportion_samples=1))[0].proportion_samples == 1
    text = json.dumps(config(proportion_samples=0.5)).replace("0.5", "0.070000000000001")
    assert read_config(text)[0].proportion_samples == Decimal("0.070000000000001")


def test_a_share_of_too_many_digits_is_kept_as_a_number_with_a_notice():
    text = json.dumps(config(proportion_samples=0.5)).replace("0.5", "0.33333333333333333333")
    read, notices = read_config(text)
    assert read.proportion_samples == Decimal(str(1 / 3))
    assert [problem.where for problem in notices] == ["proportion_samples"]
    assert "0.3333333333333333 is used" in notices[0].message


def test_mappings_that_json_cannot_hold_are_refused():
    loop: dict[str, object] = {}
    loop["strategies"] = [loop]
    assert "inside each other" in refusal(loop)
    wrong = config(n_samples={1, 2})
    assert "must be a whole number, not a value of type set" in refusal(wrong)
    numbered = [problem.message for problem in check_config({**config(), 5: 6})]
    assert numbered == ["the key 5 is no text; write it in quotes"]
    assert "half of a surrogate pair" in refusal(config(({"type": "METADATA", "key": "\ud800"}, {"type": "WEIGHTS"})))


def test_the_path_may_be_any_path_like(tmp_path):
    file = tmp_path / "config.json"
    file.write_text(TEXT)

    class Pointer:
        def __fspath__(self) -> str:
            return str(file)

    assert isinstance(read_config(Pointer())[0], Config)
    assert isinstance(read_config(Path(file))[0], Config)
