"""Studies that tests make themselves, without training."""

from fer.data.catalog import open_dataset
from fer.runs.config import TrainConfig
from fer.runs.store import RunStore
from fer.tuning import plan, space, study
from fer.tuning.study import Budget, Study


def begun(store: RunStore, name: str) -> Study:
    """A study without trials."""
    config = TrainConfig(data="synthetic", architecture="mini_xception")
    recipe, dimensions = space.space(["learning_rate=0.01..0.1", "mixup"], config, only=True)
    study.create(store, name, plan.make(recipe, open_dataset("synthetic"), dimensions), Budget(seconds=3600))
    return study.open_study(store, name)


def searched(store: RunStore, name: str) -> Study:
    """A study with nine finished trials, one that was pruned and one that failed."""
    from optuna.trial import TrialState  # only where a study is needed

    found = begun(store, name)
    distributions = {each.name: each.distribution() for each in found.plan.dimensions}
    for number in range(11):
        asked = found.optuna.ask(distributions)
        asked.set_user_attr("trained", 60.0)
        for epoch in range(2 if number == 3 else 6):
            asked.report(0.3 + 0.05 * epoch + 0.01 * number, epoch)
        if number == 5:
            asked.set_user_attr("reason", "The loss is no longer a finite number.")
        states = {3: TrialState.PRUNED, 5: TrialState.FAIL}
        if number in states:
            found.optuna.tell(asked, state=states[number])
        else:
            found.optuna.tell(asked, 0.55 + 0.01 * number)
    return found
