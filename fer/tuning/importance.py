"""How much each setting mattered in a study: PED-ANOVA (Watanabe et al. 2023, arXiv 2304.10255).

Workers compute it, and keep it with the study for pages to read: Optuna's importance loads scikit-learn, which takes a
second.
"""

from fer.errors import extra
from fer.tuning.study import IMPORTANCE, Study

FEWEST = 8  # finished trials; fewer tell nothing


def importance(study: Study) -> dict[str, float]:
    """The share of each setting in what made the best tenth of the trials good, the largest first; empty if too few
    have finished, or all reached the same."""
    done = [trial for trial in study.trials if trial.state == "finished"]
    if len(done) < FEWEST or len({trial.accuracy for trial in done}) < 2:
        return {}
    with extra("tune", "Tuning"):
        from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
    try:
        found = get_param_importances(study.optuna, evaluator=PedAnovaImportanceEvaluator())
    except (ValueError, RuntimeError):  # such as when no setting is in all trials
        return {}
    return {name: float(share) for name, share in found.items()}


def note(study: Study) -> None:
    """Keep with a study what is now important in it."""
    study.optuna.set_user_attr(IMPORTANCE, importance(study))


def noted(study: Study) -> dict[str, float]:
    """What was important when the last trial finished; empty before there were enough."""
    return study.optuna.user_attrs.get(IMPORTANCE, {})
