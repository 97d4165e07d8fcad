"""A last layer fitted anew on the features of the training images, with classes as frequent as they are and with all
weighing the same, compared with a run's answers as trained and balanced.

    python experiments/last_layer.py [RUN ...]

Reads Training and PublicTest of FER2013 in data/; single pass. The penalty is the best of three on PublicTest, which
favours the fitted layers a little.
"""

import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

sys.path.insert(0, str(Path(__file__).parents[1]))

from fer.evaluation import metrics, stored
from fer.evaluation.balance import balanced_report
from fer.runs.data import data_for
from fer.runs.store import RunStore
from fer.teaching.network import features_of

STRENGTHS = 1e-5, 1e-4, 1e-3  # scikit-learn's C


def show(what: str, labels: np.ndarray, probabilities: np.ndarray) -> float:
    confusion = metrics.confusion(labels, probabilities.argmax(axis=1), probabilities.shape[1])
    accuracy, balanced = metrics.accuracy(confusion), metrics.balanced_accuracy(confusion)
    disgust, f1 = metrics.per_class(confusion)["recall"][1], metrics.macro_f1(confusion)
    print(f"  {what}: accuracy {accuracy:.2%}, balanced {balanced:.2%}, macro F1 {f1:.3f}, disgust {disgust:.1%}")
    return float(accuracy)


def main(names: list[str]) -> None:
    store = RunStore()
    for run in [store[name] for name in names or ("flagship", "vgg_small", "mini_xception")]:
        print(run.id)
        data = data_for(run, run.config.data)
        report = stored.report(run, run.config.data, "val", tta=False)
        show("as trained", report.targets, report.probabilities)
        after = balanced_report(report, run.card.prior, run.card.correction(tta=False).exponent)
        show("balanced answers", after.targets, after.probabilities)
        train, val = (features_of(run, split.images.reshape(-1, 48, 48)) for split in (data.train, data.val))
        for weights in (None, "balanced"):
            for strength in STRENGTHS:
                layer = make_pipeline(StandardScaler(), LogisticRegression(C=strength, class_weight=weights))
                layer.fit(train, data.train.labels)
                what = "classes weigh the same" if weights else "classes as frequent as they are"
                show(f"fitted anew, {what}, C {strength:g}", data.val.labels, layer.predict_proba(val))


if __name__ == "__main__":
    main(sys.argv[1:])
