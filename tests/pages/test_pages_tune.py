"""The Tune page, run without a browser: a study is begun, watched, stopped, extended, handed on and deleted."""

import os
from pathlib import Path

import pytest
from helpers import made_studies
from streamlit.testing.v1 import AppTest

from fer.errors import FerError
from fer.inference.palette import GREY, MODELS
from fer.tuning import budget, heartbeat, importance, processes, repeats, space, storage, study
from fer.tuning.study import Budget
from pages.parts.train import choose_settings, view
from pages.parts.tune import actions, details, monitor

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "pages/tune.py"


@pytest.fixture
def started(monkeypatch) -> list:
    """The studies for which a worker would have been started, on a machine of one core."""
    names = []
    monkeypatch.setattr(budget, "CORES", 1)
    monkeypatch.setattr(processes, "launch", lambda arguments, *_, **__: names.append(arguments[2]) or 0)
    return names


@pytest.fixture
def links(monkeypatch) -> list:
    """The studies to which there are links."""
    found = []
    shown = lambda page, **options: found.append(options["query_params"]["study"]) if "tune" in page else None  # noqa: E731
    monkeypatch.setattr("streamlit.page_link", shown)
    return found


@pytest.fixture
def page(models, started, links) -> AppTest:
    return AppTest.from_file(str(PAGE), default_timeout=60)


@pytest.fixture
def drawn(monkeypatch) -> list:
    """The HTML of the pictures that the page drew."""
    found = []
    monkeypatch.setattr(view, "show", lambda html, key, **_: found.append(html))
    return found


@pytest.fixture
def searched(models):
    return made_studies.searched(models, "night")


def texts(app: AppTest) -> str:
    return " ".join(str(element.value) for element in [*app.markdown, *app.caption, *app.info])


def is_begun(app: AppTest) -> bool:
    """Whether a click on Start began a study; its worker was never started, which the page tells."""
    return not app.exception and [error.value for error in app.error] == [monitor.NEVER_BEGAN]


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def test_a_click_on_start_begins_a_study_with_the_suggested_ranges(page, models, started):
    app = page.run()
    assert not app.exception and not app.error
    assert "As many trials of up to 6 epochs as fit" in texts(app) or "About" in texts(app)
    app = app.button(key="tune-start").click().run()
    assert is_begun(app)
    (name,) = storage.names(models)
    found = study.open_study(models, name)
    assert started == [name] and name == "mini_xception-1" and found.budget == Budget(seconds=7200)
    assert {each.name for each in found.plan.dimensions} == set(space.VARIED)
    assert found.plan.data == "synthetic" and app.subheader[0].value == "mini\\_xception\\-1"


def test_what_may_vary_is_narrowed_and_a_wrong_range_is_refused_at_once(page, models):
    page.session_state["tune-more"] = True
    app = page.run()
    app = app.multiselect(key="tune-varied").unselect("erase").run()
    app = app.text_input(key="tune-range-mixup").set_value("0.4..0.1").run()
    assert "from a lower to a higher number" in app.error[0].value and app.button(key="tune-start").disabled
    app = app.text_input(key="tune-range-mixup").set_value("0.2").run()
    app = app.text_input(key="tune-range-learning_rate").set_value("fast").run()
    assert app.error[0].value == "Learning rate must be a number\\, got \\'fast\\'\\."
    app = app.text_input(key="tune-range-learning_rate").set_value("0.1|0.1").run()
    assert "Learning rate has the same choice twice" in app.error[0].value
    app = app.text_input(key="tune-range-learning_rate").set_value("").run()
    app = app.multiselect(key="tune-varied").select("sam").run()
    app = app.text_input(key="tune-range-sam").set_value("0|0").run()
    assert "Sharpness \\(SAM\\) has the same choice twice" in app.error[0].value
    app = app.multiselect(key="tune-varied").unselect("sam").run()
    app.text_input(key="tune-range-learning_rate").set_value("0.01..0.1")
    app.number_input(key="tune-epochs").set_value(3)
    app.text_input(key="tune-name").set_value("my night")
    app = app.button(key="tune-start").click().run()
    assert is_begun(app)
    made = study.open_study(models, "my-night").plan
    assert made.config.mixup == 0.2 and made.epochs == 3 and "learning_rate=0.01..0.1" in made.space
    assert not {"mixup", "erase"} & {text.partition("=")[0] for text in made.space}


def test_the_best_trial_is_shown_with_a_word_on_its_optimism_and_handed_to_the_train_page(page, searched, monkeypatch):
    went = []
    monkeypatch.setattr("streamlit.switch_page", went.append)
    app = page.run()
    assert not app.exception and not app.error
    assert "trial 10" in texts(app) and "best of 10 trials on the validation split that chose it" in texts(app)
    table = app.dataframe[0].value
    assert list(table["trial"]) == list(range(10, -1, -1)) and set(table["state"]) == {"finished", "pruned", "failed"}
    app = app.button(key="tune-train-best").click().run()
    assert not app.exception and went == ["pages/train.py"]
    best = study.best_of(searched.trials)[0]
    assert app.session_state[choose_settings.key("learning_rate")] == best.params["learning_rate"]
    assert app.session_state[choose_settings.key("epochs")] == 60 and app.session_state["train-read_test"]
    assert app.session_state[choose_settings.CLONED] == "night, trial 10"


def test_the_best_three_are_compared_in_place(page, searched):
    app = page.run()
    app.session_state["tune-compare"] = True
    app = app.run()
    assert not app.exception and not app.error
    table = app.table[0].value
    assert list(table.columns) == ["", "trial 10", "trial 9", "trial 8"]
    rows = dict(zip(table[""], table["trial 10"], strict=True))
    assert rows["validation accuracy"] == "65.0%" and rows["95% interval"] == "59.7% to 70.1%"
    assert {"learning rate", "mixup"} < set(rows)
    assert "With 315 validation images, the order of these may be chance." in texts(app)


def test_the_best_is_repeated_at_its_price_and_its_optimism_told(page, searched, started):
    app = page.run()
    button = app.button(key="tune-repeat")
    assert button.label == "Repeat with 3 other seeds (about 3 min)"
    app = button.click().run()
    assert not app.exception and started == ["night"] and "3 repeats with other seeds to go." in texts(app)
    for accuracy in (0.60, 0.62, 0.58):
        asked = searched.optuna.ask({})
        asked.report(accuracy, 0)
        searched.optuna.tell(asked, accuracy)
    app = page.run()
    assert "reach 60.0% on average with other seeds (n = 3, 58.0% to 62.0%)" in texts(app)
    assert "the best of 10 trials was optimistic by 5.0 points here" in texts(app)
    assert "tune-repeat" not in [button.key for button in app.button]


def test_repeats_that_were_stopped_or_lost_their_worker_are_resumed(page, searched, started):
    searched.budget = Budget(trials=11)
    app = page.run()
    assert "Finished" in texts(app) and "tune-resume" not in keys(app)
    app = app.button(key="tune-repeat").click().run()
    assert "Stopped" in texts(app) and not {"tune-extend", "tune-repeat"} & keys(app)
    app = app.button(key="tune-resume").click().run()
    assert not app.exception and started == ["night"] * 2 and searched.budget == Budget(trials=11)
    for _ in range(3):
        asked = searched.optuna.ask({})
        heartbeat.claim(asked)
        asked.set_user_attr("owner", {**heartbeat.owner(), "started": 0.0})  # a process that is gone
    app = page.run()
    assert "A worker ended unexpectedly" in app.error[0].value and "tune-resume" in keys(app)


def test_a_worker_that_ended_before_its_first_trial_is_told(page, models):
    made = made_studies.begun(models, "night")
    assert "before its first trial" in page.run().error[0].value
    made.stop()
    assert not page.run().error


def test_a_lone_worker_that_was_killed_is_told_with_the_way_on(page, searched):
    asked = searched.optuna.ask({})
    heartbeat.claim(asked)
    assert not page.run().error
    asked.set_user_attr("owner", {**heartbeat.owner(), "started": 0.0})
    app = page.run()
    assert "killed, or memory ran out. Resume trains its trial again" in app.error[0].value
    assert "Stopped" in texts(app) and "tune-resume" in keys(app)


def test_a_click_that_is_refused_because_another_study_runs_changes_nothing(searched, models, monkeypatch):
    before = (searched.budget, len(searched.trials))
    searched.stop()
    storage.folder(models, "other").mkdir()
    monkeypatch.setattr(processes, "working", lambda store, name: int(name == "other"))
    for action in (
        lambda: actions.repeat_best(searched, searched.trials[10]),
        lambda: actions.go_on_tuning(searched, Budget(seconds=9999)),
    ):
        with pytest.raises(FerError, match="Study 'other' is running"):
            action()
    assert (searched.budget, len(searched.trials)) == before and searched.is_stopped


def test_an_hour_more_is_not_offered_where_it_would_not_be_used(page, searched, monkeypatch):
    monkeypatch.setattr(processes, "working", lambda store, name: 1)
    assert "tune-extend" in keys(page.run())
    searched.budget = Budget(trials=200)
    assert "tune-extend" not in keys(page.run())
    searched.budget = Budget(seconds=7200)
    repeats.ask_for(searched, study.best_of(searched.trials)[0])
    assert "tune-extend" not in keys(page.run())


def test_a_link_to_a_study_that_is_not_there_gets_a_message(page, searched):
    page.query_params["study"] = "gone"
    app = page.run()
    assert "no study named" in app.error[0].value and app.subheader[0].value == "night"


def test_several_networks_are_searched_and_none_is_refused(page, models, started):
    app = page.run()
    app = app.multiselect(key="tune-architecture").set_value(["mini_xception", "vgg_small"]).run()
    app = app.button(key="tune-start").click().run()
    assert is_begun(app)
    assert study.open_study(models, "mini_xception-1").plan.networks == ("mini_xception", "vgg_small")
    app = app.multiselect(key="tune-architecture").set_value([]).run()
    assert "Choose a network" in app.error[0].value and app.button(key="tune-start").disabled


def test_a_study_in_the_servers_database_is_opened(page, searched, models, started, links, monkeypatch, tmp_path):
    url = f"sqlite:///{tmp_path}/studies.db"
    study.create(models, "shared", searched.plan, Budget(trials=3), url)
    monkeypatch.setenv("FER_STORAGE", url)
    page.query_params["study"] = "shared"
    app = page.run()
    assert not app.exception and not app.error and app.subheader[0].value == "shared"
    assert "shared in " in texts(app) and {"night", "shared"} == set(links)
    app = app.button(key="tune-resume").click().run()
    assert started == ["shared"] and not app.exception
    study.open_study(models, "shared").optuna.ask({})
    assert "Searching on other machines" in texts(page.run())
    monkeypatch.setenv("FER_STORAGE", "postgresql://me:secret@127.0.0.1:1/studies")
    app = page.run()
    assert not app.exception and "cannot be reached" in app.error[0].value and "secret" not in app.error[0].value


def test_a_study_is_resumed_stopped_and_extended(page, searched, started, monkeypatch):
    app = page.run()
    app = app.button(key="tune-resume").click().run()
    assert started == ["night"] and not app.exception
    monkeypatch.setattr(processes, "working", lambda store, name: 1)
    app = app.run()
    app = app.button(key="tune-extend").click().run()
    assert searched.budget == Budget(seconds=7200)
    app = app.button(key="tune-stop").click().run()
    assert searched.is_stopped and app.button(key="tune-stop").disabled and not app.exception


def test_trials_run_side_by_side_where_the_machine_has_cores_for_them(page, models, started, drawn, monkeypatch):
    monkeypatch.setattr(budget, "CORES", 4)
    monkeypatch.setattr(budget, "fitting", lambda: 4)
    page.session_state["tune-more"] = True
    app = page.run()
    assert app.number_input(key="tune-workers").value == 4 and "in 2 hours on this machine, 4 at a time" in texts(app)
    app.number_input(key="tune-workers").set_value(3)
    app = app.button(key="tune-start").click().run()
    assert is_begun(app)
    found = study.open_study(models, "mini_xception-1")
    assert len(started) == 3 and found.workers == 3 and found.budget == Budget(seconds=3 * 7200)
    assert "<b>2.0 hours" in drawn[-1]  # as long as was asked for, not three times that
    app = app.button(key="tune-resume").click().run()
    assert len(started) == 6
    monkeypatch.setattr(processes, "working", lambda store, name: 3)
    app = app.run()
    actions.go_on_tuning(found, found.budget)  # of a second click: they work already
    assert len(started) == 6
    app = app.button(key="tune-worker").click().run()
    assert len(started) == 7 and study.open_study(models, "mini_xception-1").workers == 4 and not app.exception


def test_workers_that_share_a_machine_share_its_cores(models, searched, monkeypatch):
    environments = []
    monkeypatch.setattr(processes, "CORES", 8)
    monkeypatch.setattr(processes, "launch", lambda arguments, log, **environment: environments.append(environment))
    processes.start(models, "night")
    assert not set(processes.THREADS) & environments[0].keys()
    processes._started.clear()
    processes.start(models, "night", workers=3)
    assert [environment[name] for environment in environments[1:] for name in processes.THREADS] == ["2"] * 6
    processes._started.clear()


def test_what_mattered_is_shown_as_the_workers_noted_it(page, searched, drawn):
    app = page.run()
    assert "What mattered" not in drawn[-1]
    importance.note(searched)
    app = page.run()
    assert not app.exception and "What mattered" in drawn[-1] and "learning rate" in drawn[-1]


def test_a_study_whose_budget_is_used_up_gets_an_hour_more(page, searched, started):
    searched.budget = Budget(trials=2)
    app = page.run()
    app = app.button(key="tune-extend").click().run()
    assert not app.exception and started == ["night"]
    assert searched.budget == Budget(seconds=11 * 60 + 3600)


@pytest.mark.parametrize("figure", ["Optimisation history", "Parallel coordinates", "Slices"])
def test_optunas_figures_are_drawn_when_details_are_opened(page, searched, figure):
    app = page.run()
    assert not app.get("plotly_chart")
    app.session_state["tune-details"], app.session_state["tune-figure"] = True, figure
    app = app.run()
    assert not app.exception and not app.error and len(app.get("plotly_chart")) == 1


def test_optunas_figures_have_the_apps_colours_and_words(searched):
    history, parallel, slices = (details.drawn(searched, name, "learning_rate") for name in details.FIGURES)
    assert [trace.name for trace in history.data[:2]] == ["validation accuracy", "best so far"]
    assert [trace.line.color for trace in history.data[:2]] == list(MODELS[:2])
    assert parallel.layout.xaxis.ticktext == ("validation accuracy", "learning rate", "mixup")
    colors = {trace.line.color for trace in parallel.data if trace.mode == "lines"}
    assert {"rgb(140, 140, 140)", "rgb(213, 94, 0)"} <= colors  # grey for the worst, the best trial's for the best
    assert [name for name, _ in parallel.data[0].customdata] == list(parallel.layout.xaxis.ticktext)
    assert {mark.text for mark in parallel.layout.annotations} >= {"55.0%", "65.0%"}
    assert slices.layout.xaxis.title.text == "learning rate"
    assert slices.data[0].marker.colorscale == ((0, GREY), (1, MODELS[1]))


def test_repeats_with_other_seeds_are_no_part_of_optunas_figures(searched):
    best = study.best_of(searched.trials)[0]
    repeats.ask_for(searched, best)
    for accuracy in (0.7, 0.8, 0.9):  # luck
        searched.optuna.tell(searched.optuna.ask(), accuracy)
    history = details.drawn(searched, details.HISTORY, "mixup")
    assert len(history.data[0].y) == 9 and max(history.data[1].y) == best.accuracy


@pytest.mark.parametrize("other", ["train", "models"])
def test_a_study_of_the_servers_database_is_a_row_too(searched, models, links, monkeypatch, tmp_path, other):
    url = f"sqlite:///{tmp_path}/studies.db"
    study.create(models, "shared", searched.plan, Budget(trials=3), url)
    os.utime(storage.folder(models, "shared"), (1, 1))
    monkeypatch.setenv("FER_STORAGE", url)
    app = AppTest.from_file(str(ROOT / f"pages/{other}.py"), default_timeout=60).run()
    assert not app.exception and links == ["night", "shared"]
    links.clear()
    monkeypatch.delenv("FER_STORAGE")  # without it, Tune could not open the study
    AppTest.from_file(str(ROOT / f"pages/{other}.py"), default_timeout=60).run()
    assert links == ["night"]


@pytest.mark.parametrize("other", ["train", "models"])
def test_a_study_is_one_row_on_train_and_models_which_opens_it_on_tune(searched, models, links, monkeypatch, other):
    models_before = [run.id for run in models]
    for number in range(3):
        searched.runs.create(searched.plan.trial_config({}), f"trial-{number:04}")
    assert [run.id for run in models] == models_before
    app = AppTest.from_file(str(ROOT / f"pages/{other}.py"), default_timeout=60).run()
    assert not app.exception and links == ["night"] and "Studies" in [header.value for header in app.header]
    monkeypatch.setenv("FER_PUBLIC", "on")
    links.clear()
    AppTest.from_file(str(ROOT / f"pages/{other}.py"), default_timeout=60).run()
    assert links == []


def test_a_worker_that_could_not_work_says_why(page, searched, models):
    log = storage.folder(models, "night") / processes.LOG
    log.write_text("something\nfer: This study is about other data.\n")
    app = page.run()
    assert "This study is about other data" in app.error[0].value


def test_a_study_is_deleted_but_not_while_it_runs(page, searched, models, monkeypatch):
    app = page.run()
    app.session_state["tune-details"] = True
    app = app.run()
    with monkeypatch.context() as patch:
        patch.setattr(processes, "working", lambda store, name: 1)
        with pytest.raises(FerError, match="is running"):
            processes.delete(searched)
    app = app.button(key="tune-delete").click().run()
    assert not app.exception and storage.names(models) == []


def test_two_studies_do_not_run_at_once(searched, models, monkeypatch):
    monkeypatch.setattr(processes, "working", lambda store, name: int(name == "night"))
    with pytest.raises(FerError, match="Study 'night' is running"):
        processes.start(models, "other")


def test_a_worker_counts_until_its_process_ends(models, searched):
    with processes.at_work(models, "night"), processes.at_work(models, "night"):
        assert processes.working(models, "night") == 2
    assert processes.working(models, "night") == 0


def test_tuning_is_switched_off_with_training(page, searched, monkeypatch):
    monkeypatch.setenv("FER_TRAINING", "off")
    app = page.run()
    assert not app.exception and "switched off" in app.info[0].value and not app.button
