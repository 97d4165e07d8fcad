"""How much each setting mattered in a study: PED-ANOVA (Watanabe et al. 2023, arXiv 2304.10255)."""

from fer.errors import extra
from fer.tuning.study import Study

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
