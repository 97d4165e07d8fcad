"""Studies in a real PostgreSQL: what a page lists, what is counted once, and what is said when the database refuses."""

import shutil
from dataclasses import replace

import pytest
from helpers.postgres import PASSWORD

from fer.errors import FerError
from fer.tuning import database, heartbeat, processes, storage, study
from fer.tuning.study import Budget
from fer.tuning.worker import Worker


@pytest.fixture
def shared(begin, store, database_url):
    """A study in a database, of two trials."""
    study.create(store, "shared", begin(name="plan").plan, Budget(trials=2), database_url)
    return study.open_study(store, "shared", database_url)


def test_trials_are_trained_and_kept_in_the_database(shared, store):
    assert Worker(shared).run() == 2
    trials = study.open_study(store, "shared", shared.url).trials
    assert [trial.state for trial in trials] == ["finished", "finished"] and all(
        len(each.curve) == 2 for each in trials
    )


def test_the_servers_database_is_used_where_none_is_given_and_no_journal_is_here(shared, begin, store, monkeypatch):
    monkeypatch.setenv(database.SETTING, shared.url)
    assert study.names(store) == ["plan", "shared"]
    assert study.open_study(store, "shared").url == shared.url and study.open_study(store, "plan").url == ""
    assert study.create(store, "new", shared.plan, Budget(trials=1)).url == shared.url
    with pytest.raises(FerError, match="There is a study named 'plan' already"):
        study.create(store, "plan", shared.plan, Budget(trials=1))
    shutil.rmtree(storage.folder(store, "new"), ignore_errors=True)  # as where it never trained
    processes.delete(study.open_study(store, "new"))
    assert study.names(store) == ["plan", "shared"]


def test_a_trial_that_was_put_back_twice_is_trained_once(shared, store):
    asked = shared.optuna.ask({})
    heartbeat.claim(asked)
    heartbeat.fail(shared, asked.number, study.STOPPED)
    for _ in range(2):  # as two machines may at the same moment
        heartbeat.put_back(shared, asked.number)
    Worker(shared).run()
    trials = shared.trials
    again = [trial for trial in trials if trial.again_of == asked.number]
    assert (again[0].state, again[1].state, again[1].reason) == ("finished", "failed", heartbeat.DOUBLE)
    assert len(study.counted(trials)) == 2


def test_a_trial_whose_rescuer_died_before_it_was_put_back_is_not_lost(shared):
    asked = shared.optuna.ask({})
    heartbeat.claim(asked)
    heartbeat.fail(shared, asked.number, heartbeat.LOST)
    heartbeat.rescue(shared)
    heartbeat.rescue(shared)
    assert [trial.again_of for trial in shared.trials] == [None, asked.number]


def test_a_trial_whose_worker_died_before_it_gave_its_name_is_taken_back(shared, monkeypatch):
    asked = shared.optuna.ask({})
    assert heartbeat.rescue(shared) == []
    monkeypatch.setattr(heartbeat, "UNCLAIMED_SECONDS", 0.0)
    assert heartbeat.rescue(shared) == [asked.number]


def test_trials_of_two_studies_that_have_no_worker_yet_are_told_apart(begin, monkeypatch):
    """In every study's journal, trials are numbered from 0."""
    first, second = begin(name="one"), begin(name="two")
    first.optuna.ask({})
    monkeypatch.setattr(heartbeat.time, "monotonic", lambda: 0.0)
    assert heartbeat.dead(first) == []
    monkeypatch.setattr(heartbeat.time, "monotonic", lambda: 2 * heartbeat.UNCLAIMED_SECONDS)
    second.optuna.ask({})
    assert heartbeat.dead(first) == [0] and heartbeat.dead(second) == []


def test_what_keeps_a_database_from_being_used_is_told_without_its_password(postgres, store, database_url):
    name = database_url.rpartition("/")[2]
    postgres.run("CREATE ROLE weak LOGIN PASSWORD 'weak-secret'")
    cases = {
        postgres.url(name, password="wrong-secret"): "refuses the user or the password",
        postgres.url("absent"): r"There is no database at 127\.0\.0\.1:\d+/absent\. Create it first",
        postgres.url(name, "weak", "weak-secret"): "user has no right to write",
        f"postgresql://me:hidden-secret@127.0.0.1:1/{name}": "cannot be reached: Connection refused",
        "postgresql://me:hidden-secret@nowhere.invalid/x": "cannot be reached",
        "postgresql://me:hidden-secret@host:port/x": "address cannot be read",
    }
    for url, told in cases.items():
        with pytest.raises(FerError, match=told) as caught:
            study.exists(store, "shared", url)
        assert "secret" not in str(caught.value) and PASSWORD not in str(caught.value)
        assert "\n" not in str(caught.value) and len(str(caught.value)) < 250


@pytest.mark.parametrize(("version", "told"), [("v2.4.0.a", "an older version"), ("v99", "a newer version")])
def test_tables_of_another_optuna_are_refused(postgres, store, shared, version, told):
    postgres.run(f"UPDATE alembic_version SET version_num = '{version}'", shared.url.rpartition("/")[2])
    database.open_database.cache_clear()
    with pytest.raises(FerError, match=told):
        study.open_study(store, "shared", shared.url)


def test_a_database_that_goes_away_ends_the_worker_with_a_sentence_and_the_trial_is_trained_again(shared, postgres):
    name, is_away = shared.url.rpartition("/")[2], []

    def shut(number, epoch):
        if not is_away:
            postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            is_away.append(True)

    with pytest.raises(FerError, match=r"The storage at .* The trial is trained again when the study is resumed"):
        Worker(shared, on_epoch=shut).run()
    postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert [trial.state for trial in shared.trials] == ["training"]
    (frozen,) = shared.optuna.get_trials(deepcopy=False)
    owner = {**heartbeat.owner(), "started": 0.0}  # that worker's process has ended
    shared.optuna._storage.set_trial_user_attr(frozen._trial_id, study.OWNER, owner)
    Worker(shared).run()
    assert [trial.state for trial in shared.trials] == ["failed", "finished", "finished"]
    assert len(study.counted(shared.trials)) == 2


def test_a_study_that_another_machine_trains_is_not_deleted(shared):
    asked = shared.optuna.ask({})
    heartbeat.claim(asked)
    with pytest.raises(FerError, match="Study 'shared' is running on"):
        processes.delete(shared)


def test_other_data_on_the_second_machine_is_refused(shared):
    plan = replace(shared.plan, fingerprint="f" * 64)
    shared.optuna.set_user_attr(study.PLAN, plan.to_json())
    other = study.open_study(shared.store, "shared", shared.url)
    with pytest.raises(FerError, match="Copy the data set from the machine that started the study"):
        Worker(other).run()
    assert [trial.state for trial in other.trials] == ["waiting"]
