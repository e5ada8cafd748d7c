import pyarrow as pa
import pytest

from sqlsel.datasets.runs import record_selection
from sqlsel.datasets.tags import INITIAL_TAG, TagFacts, check_new_tag, check_tag_name, read_tag, tag_counts, tag_names
from sqlsel.errors import UsageError
from tests.datasets.test_runs import PICKS, RUN


@pytest.fixture
def tagged(db):
    db.ingest(pa.table({"sample_id": [10, 2, 3, 4]}), dataset="street")
    record_selection(db.engine, RUN, PICKS, tag="round-1", preselected=[4, 2])
    return db.engine


@pytest.mark.parametrize("name", ["abc", "round 1", "a.b:c;d=e@f_g-h", "123"])
def test_names_that_can_be(name):
    check_tag_name(name)


@pytest.mark.parametrize("name", ["", "ab", " abc", "-abc", "a/b", "äbc", "a'b", "abc\n", "a;\x00b"])
def test_names_that_cannot_be_come_with_one_that_can(name):
    with pytest.raises(UsageError, match="no tag name") as refusal:
        check_tag_name(name)
    check_tag_name(refusal.value.hint.removeprefix("name it '").removesuffix("'"))


def test_the_name_of_all_samples_is_reserved(tagged):
    with pytest.raises(UsageError, match="reserved"):
        check_tag_name(INITIAL_TAG)
    assert read_tag(tagged, "street", INITIAL_TAG).to_pydict() == {"sample_id": [2, 3, 4, 10], "rank": [None] * 4}


def test_a_tag_reads_in_rank_order_with_the_preselected_last(tagged):
    assert read_tag(tagged, "street", "round-1").to_pydict() == {
        "sample_id": [3, 10, 2, 4],
        "rank": [1, 2, None, None],
    }
    assert tag_names(tagged, "street") == ("round-1",)
    assert tag_counts(tagged, "street") == (TagFacts("round-1", selected=2, preselected=2),)


def test_an_unknown_tag_is_told_with_the_nearest(tagged):
    with pytest.raises(UsageError) as refusal:
        read_tag(tagged, "street", "round1")
    assert "did you mean 'round-1'?" in refusal.value.hint


def test_an_existing_tag_is_refused_with_a_free_name(tagged):
    with pytest.raises(UsageError, match="exists already") as refusal:
        check_new_tag(tagged, "street", "round-1", overwrite=False)
    assert "'round-1-2'" in refusal.value.hint
    check_new_tag(tagged, "street", "round-1", overwrite=True)
    check_new_tag(tagged, "street", "round-2", overwrite=False)


def test_tags_that_were_written_by_hand_are_tags(tagged):
    tagged.execute("INSERT INTO street.tags SELECT 'by hand', sample_id, NULL FROM street.samples")
    assert tag_names(tagged, "street") == ("by hand", "round-1")
