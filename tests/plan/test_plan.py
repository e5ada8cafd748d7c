"""From config to plan and SQL, without an engine."""

import pytest
import sqlglot
from sqlglot import exp

from sqlsel.config import read_config
from sqlsel.facts import DatasetFacts, EmbeddingFacts, MetadataKey, TaskFacts
from sqlsel.plan import Preselected, Request, explain_plan, make_plan, render
from sqlsel.plan.rendering import script
from tests import pool as p

CLASSES = tuple(p.CLASSES)
FACTS = DatasetFacts(
    name="pool",
    catalog="curation",
    n_samples=1000,
    embeddings={"default": EmbeddingFacts("embeddings", 6)},
    object_embeddings={"things": EmbeddingFacts("object_embeddings/things", 6, "things")},
    tasks={
        "scene": TaskFacts(
            "scene", "classification", CLASSES, ("doubt",), has_probabilities=True, has_predictions=True
        ),
        "things": TaskFacts("things", "object-detection", CLASSES, (), has_probabilities=True, has_predictions=True),
    },
    keys={
        "light.brightness": MetadataKey(("light", "brightness"), "number"),
        "weather": MetadataKey(("weather",), "text"),
    },
)


class OneDataset:
    def dataset_names(self):
        return ("pool",)

    def facts(self, dataset):
        return FACTS

    def path_values(self, dataset, expression, group, limit):
        return ("north", "south")

    def unmatched_names(self, dataset, expression, limit):
        return 1000, 0, ()

    def key_values(self, dataset, key, limit):
        return ("sunny", "cloudy", "rainy")


def plan(*objectives, n=10, request=None):
    declared, _ = read_config(p.config(n, *objectives), catalog=OneDataset(), dataset="pool")
    return make_plan(declared, FACTS, OneDataset(), request or Request())


DARK = {"type": "THRESHOLD", "threshold": 0.25, "operation": "BIGGER"}
BALANCE = {"type": "BALANCE", "target": {"sunny": 0.5}}
SIMILAR = {"type": "EMBEDDINGS", "dataset_id": "pool", "tag_name": "initial-tag"}

EVERY = [
    (p.EMBEDDINGS, p.DIVERSITY),
    (p.OBJECTS, p.DIVERSITY),
    (p.EMBEDDINGS, p.TYPICALITY),
    (SIMILAR, {"type": "SIMILARITY"}),
    (p.DOUBT, p.WEIGHTS),
    ({"type": "SCORES", "task": "scene", "score": "uncertainty_entropy"}, p.WEIGHTS),
    ({"type": "SCORES", "task": "things", "score": "uncertainty_margin"}, p.WEIGHTS),
    ({"type": "SCORES", "task": "things", "score": "object_frequency"}, p.WEIGHTS),
    ({"type": "SCORES", "task": "things", "score": "objectness_least_confidence"}, p.WEIGHTS),
    (p.BRIGHTNESS, p.WEIGHTS),
    ({"type": "RANDOM", "random_seed": 3}, p.WEIGHTS),
    ({"type": "PREDICTIONS", "task": "things", "name": "CATEGORY_COUNT", "categories": ["car"]}, p.WEIGHTS),
    (p.WEATHER_KEY, BALANCE),
    (p.WEATHER_KEY, {"type": "BALANCE", "distribution": "UNIFORM"}),
    (p.WEATHER_KEY, {"type": "BALANCE", "distribution": "INPUT"}),
    (p.SCENE, {"type": "BALANCE", "target": {"bus": 0.5}}),
    (p.SCENE, {"type": "BALANCE", "target": {"bus": 0.5}, "count": "PREDICTED"}),
    (p.THINGS, {"type": "BALANCE", "target": {"bus": 0.5}, "count": "PREDICTED"}),
    (p.THINGS, {"type": "BALANCE", "target": {"bus": 0.5}}),
]


@pytest.mark.parametrize(
    ("objectives", "route"),
    [
        ([(p.DOUBT, p.WEIGHTS)], "weights"),
        ([(p.BRIGHTNESS, DARK)], "weights"),
        ([(p.BRIGHTNESS, DARK), (p.DOUBT, p.WEIGHTS)], "weights"),
        ([(p.WEATHER_KEY, BALANCE)], "balance"),
        ([(p.WEATHER_KEY, {**BALANCE, "strength": 2})], "balance"),
        ([(p.WEATHER_KEY, {**BALANCE, "strength": -1})], "greedy"),
        ([(p.WEATHER_KEY, BALANCE), (p.DOUBT, p.WEIGHTS)], "greedy"),
        ([(p.DOUBT, {**p.WEIGHTS, "stopping_condition_max_sum": 3})], "greedy"),
        ([(p.SCENE, {"type": "BALANCE", "target": {"bus": 0.5}})], "greedy"),
        ([(p.SCENE, {"type": "BALANCE", "target": {"bus": 0.5}, "count": "PREDICTED"})], "balance"),
        ([(p.EMBEDDINGS, p.DIVERSITY)], "greedy"),
    ],
)
def test_what_needs_no_earlier_picks_is_sql(objectives, route):
    made = plan(*objectives)
    assert made.route == route
    assert ("selection" in made.statements) == (route != "greedy")


def test_objectives_on_one_input_share_it():
    made = plan(
        (p.BRIGHTNESS, DARK), (p.BRIGHTNESS, p.WEIGHTS), (p.EMBEDDINGS, p.DIVERSITY), (p.EMBEDDINGS, p.TYPICALITY)
    )
    assert [step.column for step in made.inputs] == ["input_1", "input_2"]


def test_repeated_names_are_numbered():
    made = plan((p.DOUBT, p.WEIGHTS), (p.DOUBT, {**p.WEIGHTS, "strength": -1}), (p.EMBEDDINGS, p.DIVERSITY))
    assert [step.name for step in made.objectives] == ["weights:scene/doubt", "weights:scene/doubt#2", "diversity"]


@pytest.mark.parametrize("objective", EVERY, ids=str)
def test_every_statement_parses_and_quotes_every_identifier(objective):
    request = Request(preselected=Preselected(tag="round-1"), where="weather = 'sunny'")
    made = plan(objective, (p.BRIGHTNESS, DARK), request=request)
    for name, statement in made.statements.items():
        text = render(statement)
        (parsed,) = sqlglot.parse(text, read="duckdb")
        assert all(node.args.get("quoted") for node in parsed.find_all(exp.Identifier)), f"{name}: {text}"


@pytest.mark.parametrize("objective", EVERY, ids=str)
def test_every_order_ends_in_the_id_or_the_position(objective):
    made = plan(objective, (p.BRIGHTNESS, DARK))
    for statement in made.statements.values():
        for order in statement.find_all(exp.Order):
            last = order.expressions[-1].this.name
            assert last in ("sample_id", "position", "object_index", "input_1"), order.sql()


PORTABLE = {
    "ABS", "ARRAY", "ARRAY_AGG", "ARRAY_SORT", "AVG", "CASE", "CAST", "COALESCE", "COUNT", "FILTER", "IF", "MAX", "MIN",
    "NULLIF", "ROW_NUMBER", "STRUCT", "TRANSFORM", "TRY_CAST", "AND", "OR",
}  # fmt: skip


@pytest.mark.parametrize("objective", EVERY, ids=str)
def test_in_spark_only_functions_that_it_has_or_that_sqlsel_brings(objective):
    made = plan(objective, (p.BRIGHTNESS, DARK))
    for statement in made.statements.values():
        text = render(statement, "spark")
        for function in sqlglot.parse_one(text, read="spark").find_all(exp.Func):
            name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
            assert name.upper() in PORTABLE or name.startswith("sqlsel_"), text


def test_a_spark_list_is_sorted_by_the_object_before_it_is_added_up():
    made = plan(EVERY[-1])
    text = render(made.statements["inputs"], "spark")
    assert "transform(array_sort(collect_list(struct(`object_index`, `probabilities`)) FILTER(WHERE" in text


def test_explain_names_every_step():
    request = Request(preselected=Preselected(tag="round-1"), where="weather = 'sunny'", seed=None)
    similar = (SIMILAR, {"type": "SIMILARITY", "strength": 2})
    apart = (p.EMBEDDINGS, {**p.DIVERSITY, "stopping_condition_minimum_distance": 0.2})
    shown = explain_plan(plan(apart, (p.BRIGHTNESS, DARK), (p.WEATHER_KEY, BALANCE), similar, request=request))
    assert max(map(len, shown.splitlines())) <= 80
    text = " ".join(shown.split())
    for part in (
        "Choose 10 samples from pool (1,000 samples)",
        "preselected samples of tag round-1",
        "where weather = 'sunny'",
        "metadata light.brightness > 0.25",
        "diversity: far from everything chosen before, by embeddings",
        "balance:weather: metadata weather near sunny 50 %, others 50 %",
        "similarity:pool: near the samples of tag initial-tag of pool, by embeddings (strength 2)",
        "the lowest sample_id",
        "nearer than 0.2",
        "numpy picks",
    ):
        assert part in text


def test_the_script_names_every_statement():
    made = plan((p.EMBEDDINGS, p.DIVERSITY))
    text = script(made)
    assert [line for line in text.splitlines() if line.startswith("-- ")] == [f"-- {name}" for name in made.statements]
    assert text.count(";\n") == len(made.statements) - 1
