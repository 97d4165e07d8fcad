"""A study's plan, budget, storage and proposals."""

from dataclasses import replace

import pytest

from fer.errors import FerError
from fer.runs import speed
from fer.runs.config import TrainConfig
from fer.tuning import budget, database, plan, processes, storage, study
from fer.tuning.study import Budget, Trial


def trial(number: int, state: str = "finished", accuracy: float = 0.5, **facts) -> Trial:
    known = {"params": {}, "seconds": 10.0, "reason": "", "run": "", "host": "", "again_of": None}
    return Trial(number, state, curve=(accuracy,), **(known | facts))


@pytest.mark.parametrize(
    ("text", "seconds"), [("2h", 7200), ("90min", 5400), ("1.5 hours", 5400), ("45 s", 45), ("1d", 86400)]
)
def test_a_budget_is_a_number_with_a_unit(text, seconds):
    assert budget.seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["2", "two hours", "-1h", "0h", "31d", "", "2 fortnights"])
def test_other_budgets_are_refused(text):
    with pytest.raises(FerError, match="A budget must be"):
        budget.seconds_of(text)


def test_time_is_turned_into_trials_by_the_measured_speed(store):
    config = TrainConfig(data="synthetic", architecture="mini_xception", epochs=6)
    store.root.mkdir()
    speed.note(store, config, train=100.0, validate=200.0)
    each = budget.trial_seconds(store, config, train=1000, val=200)
    assert each == budget.BUILD_SECONDS + 6 * (10 + 1)
    assert budget.trials_in(7100, each) == 100 and budget.trials_in(1, each) == 1
    assert budget.trials_in(7100, None) is None


def test_as_many_workers_as_cores_are_proposed_unless_one_was_measured_to_be_faster(store, monkeypatch):
    store.root.mkdir()
    monkeypatch.setattr(budget, "CORES", 4)
    monkeypatch.setattr(budget, "GPU", store.root / "none")
    monkeypatch.setattr(budget, "free_memory", lambda: 10 * budget.WORKER_BYTES)
    config = TrainConfig(data="synthetic", architecture="mini_xception", epochs=6)
    assert budget.proposed_workers(store, config, [config.architecture]) == 4
    speed.note(store, config, train=100.0, validate=200.0)
    unmeasured = budget.trial_seconds(store, config, train=1000, val=200, workers=4)
    assert unmeasured == 4 * budget.trial_seconds(store, config, train=1000, val=200)
    for rate, proposed in ((20.0, 1), (50.0, 4)):  # the second counts as much as the first, so as 35
        speed.note(store, config, 4, train=rate, validate=70.0)
        assert budget.proposed_workers(store, config, [config.architecture]) == proposed
    each = budget.trial_seconds(store, config, train=1050, val=210, workers=4)
    assert each == budget.BUILD_SECONDS + 6 * (1050 / 35 + 210 / 70)


def test_memory_and_a_gpu_limit_the_workers(tmp_path, monkeypatch):
    monkeypatch.setattr(budget, "CORES", 8)
    monkeypatch.setattr(budget, "GPU", tmp_path / "nvidia0")
    monkeypatch.setattr(budget, "free_memory", lambda: 3 * budget.WORKER_BYTES + 1)
    assert budget.fitting() == 3
    monkeypatch.setattr(budget, "free_memory", lambda: 1)
    assert budget.fitting() == 1
    monkeypatch.setattr(budget, "free_memory", lambda: None)
    assert budget.fitting() == 8
    (tmp_path / "nvidia0").touch()
    assert budget.fitting() == 1


def test_of_several_networks_a_trial_takes_their_average(store, begin):
    store.root.mkdir()
    made = begin("architecture=mini_xception|vgg_small", "learning_rate").plan
    assert made.networks == ("mini_xception", "vgg_small")
    for name, rate in (("mini_xception", 100.0), ("vgg_small", 50.0)):
        speed.note(store, made.trial_config({"architecture": name}), train=rate, validate=rate)
    each = budget.typical_seconds(store, made, train=900, val=100)
    assert each == budget.BUILD_SECONDS + made.epochs * (10 + 20) / 2


def test_trials_that_are_repeated_count_once():
    trials = [trial(0, "failed"), trial(1, again_of=0), trial(2, "waiting"), trial(3, "training")]
    assert [each.number for each in study.counted(trials)] == [1, 3]
    assert study.is_used_up(Budget(trials=2), trials) and not study.is_used_up(Budget(trials=3), trials)


def test_a_trial_that_would_end_far_past_the_time_is_not_begun():
    assert not study.is_used_up(Budget(seconds=100), [trial(n) for n in range(9)])
    assert study.is_used_up(Budget(seconds=100), [trial(n) for n in range(10)])
    assert study.is_used_up(Budget(seconds=94), [trial(n) for n in range(9)])


def test_the_best_trials_come_first_and_unfinished_ones_not_at_all():
    trials = [trial(0, accuracy=0.5), trial(1, accuracy=0.7), trial(2, "pruned", 0.9), trial(3, accuracy=0.7)]
    assert [each.number for each in study.best_of(trials, 3)] == [1, 3, 0]


def test_a_study_is_found_by_its_name_and_begun_once(begin, store):
    made = begin(name="mine")
    assert storage.names(store) == ["mine"] and study.exists(store, "mine") and not study.exists(store, "other")
    assert study.open_study(store, "mine").plan == made.plan
    with pytest.raises(FerError, match="There is a study named 'mine' already"):
        begin(name="mine")
    with pytest.raises(FerError, match=r"There is no study 'other' here\. Known: mine"):
        study.open_study(store, "other")
    with pytest.raises(FerError, match="A study's name must be"):
        study.open_study(store, "../other")


def test_a_study_with_a_deleted_ones_name_is_another_one(begin, store):
    first = begin(trials=3)
    processes.delete(first)
    begin("batch_size", trials=5)
    second = study.open_study(store, "first")
    assert second.budget.trials == 5 and [each.name for each in second.plan.dimensions] == ["batch_size"]


def test_no_budget_is_refused(begin):
    with pytest.raises(FerError, match="needs a budget"):
        begin().budget = Budget()


@pytest.mark.parametrize(
    ("damage", "told"),
    [('{"version": 1}', "cannot be read"), ("", "cannot be read"), (None, "plan of version 7; this program reads 1")],
)
def test_a_study_of_another_version_is_refused(begin, store, damage, told):
    made = begin()
    text = replace(made.plan, version=7).to_json() if damage is None else damage
    made.optuna.set_user_attr("plan", text)
    with pytest.raises(FerError, match=told):
        study.open_study(store, "first")


def test_more_epochs_than_the_recipe_has_are_refused(begin):
    with pytest.raises(FerError, match="between 1 and 3 epochs, as the recipe has, got 4"):
        begin(epochs=4)


@pytest.mark.parametrize("texts", [("mixup",), ("small_first",), ("architecture=mini_xception|cnn_rnn", "mixup")])
def test_shrunk_images_are_refused_for_a_network_of_one_size(begin, texts):
    network = "mini_xception" if "cnn_rnn" in texts[0] else "simple_cnn"
    with pytest.raises(FerError, match="only takes images of one size, so it cannot be searched together with small_f"):
        begin(*texts, architecture=network, small_first=0.0 if texts == ("small_first",) else 0.5)
    assert begin("mixup", architecture="mini_xception", small_first=0.5)


def test_a_journal_whose_last_line_is_half_written_still_opens_and_goes_on(begin, store):
    made = begin()
    path = storage.folder(store, "first") / storage.JOURNAL
    with path.open("ab") as file:
        file.write(b'{"op_code": 2, "half')
    storage._journal.cache_clear()
    study.open_study(store, "first").budget = Budget(trials=9)
    storage._journal.cache_clear()
    assert study.open_study(store, "first").budget == Budget(trials=9) != made.plan


def test_a_journal_of_something_else_is_refused(begin, store):
    begin()
    path = storage.folder(store, "first") / storage.JOURNAL
    path.write_text("nonsense\nmore\n")
    storage._journal.cache_clear()
    with pytest.raises(FerError, match=r"journal\.log is damaged"):
        study.open_study(store, "first")


def test_a_database_is_a_storage_too(begin, store, tmp_path):
    url = f"sqlite:///{tmp_path}/studies.db"
    made = begin()
    study.create(store, "shared", made.plan, Budget(trials=2), url)
    assert study.exists(store, "shared", url) and not study.exists(store, "first", url)
    assert study.open_study(store, "shared", url).trials[0].state == "waiting"


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "nonsense", "oracle+x://me:secret@localhost/db"])
def test_a_storage_that_cannot_be_reached_is_refused_without_its_password(store, url):
    with pytest.raises(FerError, match="storage") as caught:
        study.open_study(store, "shared", url)
    assert "secret" not in str(caught.value)


def test_what_a_driver_needs_for_a_login_is_not_taken_for_another_optuna():
    told = "at host/d could not be used: 'cryptography' package is required"
    with pytest.raises(FerError, match=told), database._opening("mysql+pymysql://me:secret@host/d"):
        raise RuntimeError("'cryptography' package is required for caching_sha2_password")


def test_two_workers_that_ask_at_once_get_different_proposals_and_a_repeat_the_same(begin, store, tmp_path):
    made, other = begin(name="one"), study.open_study(store, "one")
    distributions = {each.name: each.distribution() for each in made.plan.dimensions}
    first = [each.optuna.ask(distributions).params["learning_rate"] for each in (made, other, made)]
    assert len(set(first)) == 3
    again = begin(name="two")
    assert [again.optuna.ask(distributions).params["learning_rate"] for _ in range(3)] == first


def test_a_plan_survives_its_json(begin):
    made = begin("learning_rate", "optimizer", "flip", "batch_size").plan
    assert plan.from_json(made.to_json()) == made and len(made.dimensions) == 4
