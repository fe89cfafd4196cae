"""Writes fixtures.json: what scikit-learn, SciPy and statsmodels say, which src/statistics has to say, too.

python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1 scipy==1.17.1 statsmodels
venv/bin/python test/statistics/fixtures.py > test/statistics/fixtures.json
"""

import json

import numpy as np
from scipy import stats
from sklearn import metrics as m
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

rng = np.random.default_rng(20261126)


def rounded(values):
    return [float(round(value, 4)) for value in values]


def both(name, metric, truth, said, weights):
    return {
        "metric": name,
        "plain": float(metric(truth, said)),
        "weighted": float(metric(truth, said, sample_weight=weights)),
    }


def regression(n=61):
    labels = np.array(rounded(rng.lognormal(12, 0.5, n)))
    said = np.array(rounded(labels * rng.normal(1.02, 0.1, n)))
    weights = rng.integers(0, 4, n)
    named = {
        "rmse": m.root_mean_squared_error,
        "mae": m.mean_absolute_error,
        "mape": m.mean_absolute_percentage_error,
        "r2": m.r2_score,
    }
    expected = [both(name, metric, labels, said, weights) for name, metric in named.items()]
    repeated = np.repeat(np.arange(n), weights)
    expected.append(
        {
            "metric": "median_absolute_error",
            "plain": float(m.median_absolute_error(labels, said)),
            "weighted": float(m.median_absolute_error(labels[repeated], said[repeated])),
        }
    )
    return {"labels": labels.tolist(), "predictions": said.tolist(), "weights": weights.tolist(), "expected": expected}


def binary(n=80):
    labels = (rng.random(n) < 0.3).astype(int)
    # Rounded, so that some scores are the same.
    scores = np.clip(np.round(rng.normal(0.35 + 0.3 * labels, 0.2), 1), 0.02, 0.98)
    said = (scores >= 0.5).astype(int)
    weights = rng.integers(0, 4, n)
    by_class = {
        "accuracy": m.accuracy_score,
        "balanced_accuracy": m.balanced_accuracy_score,
        "precision": m.precision_score,
        "recall": m.recall_score,
        "specificity": lambda *a, **k: m.recall_score(*a, pos_label=0, **k),
        "f1": m.f1_score,
        "matthews_corrcoef": m.matthews_corrcoef,
    }
    by_score = {
        "roc_auc": m.roc_auc_score,
        "average_precision": m.average_precision_score,
        "log_loss": m.log_loss,
        "brier_score": m.brier_score_loss,
    }
    return {
        "labels": labels.tolist(),
        "scores": scores.tolist(),
        "predictions": said.tolist(),
        "weights": weights.tolist(),
        "expected": [both(name, metric, labels, said, weights) for name, metric in by_class.items()]
        + [both(name, metric, labels, scores, weights) for name, metric in by_score.items()],
    }


def multiclass(n=90):
    labels = rng.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
    said = np.where(rng.random(n) < 0.6, labels, rng.choice(3, n))
    weights = rng.integers(0, 4, n)
    macro = {"average": "macro", "zero_division": 0}
    named = {
        "accuracy": m.accuracy_score,
        "balanced_accuracy": m.balanced_accuracy_score,
        "matthews_corrcoef": m.matthews_corrcoef,
        "f1_macro": lambda *a, **k: m.f1_score(*a, **macro, **k),
        "precision_macro": lambda *a, **k: m.precision_score(*a, **macro, **k),
        "recall_macro": lambda *a, **k: m.recall_score(*a, **macro, **k),
    }
    return {
        "labels": labels.tolist(),
        "predictions": said.tolist(),
        "weights": weights.tolist(),
        "expected": [both(name, metric, labels, said, weights) for name, metric in named.items()],
    }


def shares():
    counted = [(0, 10), (3, 10), (10, 10), (1, 300), (180, 200), (950, 1000), (99_000, 100_000), (1, 200_000)]
    return [
        {
            "hits": hits,
            "trials": trials,
            "lower": float(stats.binomtest(hits, trials, alternative="greater").proportion_ci(0.95).low),
            "upper": float(stats.binomtest(hits, trials, alternative="less").proportion_ci(0.95).high),
            "share": share,
            "atMost": float(stats.binom.cdf(hits, trials, share)),
            "atLeast": float(stats.binom.sf(hits - 1, trials, share)),
        }
        for hits, trials in counted
        for share in [0.02, 0.5, 0.9, 0.95]
    ]


def differences():
    pairs = [((56, 70), (48, 80)), ((9, 10), (3, 10)), ((0, 20), (0, 10)), ((10, 10), (0, 20))]
    found = []
    for (a, n), (b, k) in pairs:
        lower, upper = confint_proportions_2indep(a, n, b, k, method="newcomb", compare="diff", alpha=0.1)
        found.append({"one": [a, n], "other": [b, k], "lower": float(lower), "upper": float(upper)})
    return found


def normal():
    values = [-37.0, -12.5, -5.0, -3.01, -2.99, -1.0, 0.0, 0.3, 1.959963984540054, 2.5, 3.5, 8.0]
    return {
        "below": [[value, float(stats.norm.cdf(value))] for value in values],
        "quantiles": [[share, float(stats.norm.ppf(share))] for share in [1e-12, 0.001, 0.05, 0.5, 0.8, 0.95, 0.999]],
        "t": float(stats.t.ppf(0.95, 99)),
    }


def bca():
    """Skewed errors of 40 rows: SciPy's BCa with many resamples, at the bounds that are 95 % one-sided."""
    labels = np.array(rounded(rng.normal(100, 20, 40)))
    said = np.array(rounded(labels + rng.standard_t(3, 40) * 5))

    def rmse(labels, said, axis=-1):
        return np.sqrt(np.mean((labels - said) ** 2, axis=axis))

    found = stats.bootstrap(
        (labels, said),
        rmse,
        paired=True,
        vectorized=True,
        n_resamples=200_000,
        confidence_level=0.9,
        method="BCa",
        rng=1,
    ).confidence_interval
    return {
        "labels": labels.tolist(),
        "predictions": said.tolist(),
        "lower": float(found.low),
        "upper": float(found.high),
    }


def holm():
    values = [[0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.9, 0.001, 0.04]]
    return [{"values": each, "adjusted": multipletests(each, method="holm")[1].tolist()} for each in values]


print(
    json.dumps(
        {
            "regression": regression(),
            "binary": binary(),
            "multiclass": multiclass(),
            "shares": shares(),
            "differences": differences(),
            "normal": normal(),
            "bca": bca(),
            "holm": holm(),
        }
    )
)
