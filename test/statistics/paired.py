"""Writes paired.json: what SciPy and statsmodels say of two models on the same rows, which src/statistics has to say, too.

python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1 scipy==1.17.1 statsmodels
venv/bin/python test/statistics/paired.py > test/statistics/paired.json
"""

import json

import numpy as np
from scipy import optimize, stats
from sklearn import metrics as m
from statsmodels.stats.contingency_tables import mcnemar

rng = np.random.default_rng(20261127)

COUNTS = [(40, 20, 1000), (20, 40, 1000), (12, 12, 300), (0, 0, 50), (5, 0, 60), (1, 9, 40), (300, 250, 5000)]


def mid_p(won, lost):
    """McNemar's exact test of statsmodels, less half of the probability of what was seen, on both sides."""
    if won + lost == 0:
        return 1.0
    exact = mcnemar([[0, won], [lost, 0]], exact=True).pvalue
    seen = stats.binom.pmf(min(won, lost), won + lost, 0.5)
    return float(min(1.0, exact - seen) if won != lost else 1.0)


def score(won, lost, n, difference):
    """The score of a difference: the shares that are most likely under it are found by SciPy, not by a formula."""
    both = n - won - lost

    def unlikely(share):
        cells = [(won, share + difference), (lost, share), (both, 1 - 2 * share - difference)]
        return -sum(count * np.log(max(part, 1e-300)) for count, part in cells if count > 0)

    low, high = max(0.0, -difference), (1 - difference) / 2
    found = optimize.minimize_scalar(unlikely, bounds=(low, high), method="bounded", options={"xatol": 1e-14}).x
    share = min([low, found, high], key=unlikely)
    variance = n * (2 * share + difference - difference**2)
    return (won - lost - n * difference) / np.sqrt(variance)


def tango(won, lost, n):
    z = stats.norm.ppf(0.95)
    middle = (won - lost) / n
    edge = 1e-9
    lower = optimize.brentq(lambda each: score(won, lost, n, each) - z, -1 + edge, middle - edge)
    upper = optimize.brentq(lambda each: score(won, lost, n, each) + z, middle + edge, 1 - edge)
    return float(lower), float(upper)


def matched():
    found = []
    for won, lost, n in COUNTS:
        lower, upper = tango(won, lost, n)
        found.append({"won": won, "lost": lost, "n": n, "p": mid_p(won, lost), "lower": lower, "upper": upper})
    return found


def rounded(values):
    return [float(round(value, 4)) for value in values]


def paired(name, metric, labels, champion, challenger):
    """SciPy's BCa of the difference, with many resamples of the pairs."""
    labels, champion, challenger = (np.array(rounded(each)) for each in (labels, champion, challenger))

    def better(labels, champion, challenger):
        return metric(labels, champion) - metric(labels, challenger)

    found = stats.bootstrap(
        (labels, champion, challenger),
        better,
        paired=True,
        vectorized=False,
        n_resamples=20_000,
        confidence_level=0.9,
        method="BCa",
        rng=1,
    ).confidence_interval
    return {
        "metric": name,
        "labels": labels.tolist(),
        "champion": champion.tolist(),
        "challenger": challenger.tolist(),
        "better": float(better(labels, champion, challenger)),
        "lower": float(found.low),
        "upper": float(found.high),
    }


def regressions():
    labels = rng.normal(100, 20, 60)
    champion = labels + rng.standard_t(4, 60) * 6
    challenger = labels + 0.7 * (champion - labels) + rng.normal(0, 3, 60)
    return [
        paired("rmse", m.root_mean_squared_error, labels, champion, challenger),
        paired("mae", m.mean_absolute_error, labels, champion, challenger),
    ]


def area():
    labels = (rng.random(80) < 0.4).astype(float)
    champion = np.clip(0.3 + 0.3 * labels + rng.normal(0, 0.25, 80), 0, 1)
    challenger = np.clip(champion + 0.08 * labels + rng.normal(0, 0.1, 80), 0, 1)
    return paired("roc_auc", lambda labels, said: -m.roc_auc_score(labels, said), labels, champion, challenger)


def swaps():
    """SciPy's test of two models whose answers to a row are exchanged by chance."""
    found = []
    named = {
        "rmse": lambda one, other, axis=-1: np.sqrt(np.mean(one**2, axis=axis)) - np.sqrt(np.mean(other**2, axis=axis)),
        "mae": lambda one, other, axis=-1: np.mean(np.abs(one), axis=axis) - np.mean(np.abs(other), axis=axis),
    }
    for name, difference in named.items():
        for much in (0.75, 0.9):
            champion = np.array(rounded(rng.standard_t(4, 80)))
            challenger = np.array(rounded(much * champion + rng.normal(0, 0.5, 80)))
            test = stats.permutation_test(
                (champion, challenger),
                difference,
                permutation_type="samples",
                vectorized=True,
                n_resamples=100_000,
                batch=10_000,
                rng=1,
            )
            errors = {"champion": champion.tolist(), "challenger": challenger.tolist()}
            found.append({"metric": name, "labels": [0.0] * 80, **errors, "p": float(test.pvalue)})
    return found


def trimmed():
    """SciPy's trimmed mean of the logarithms of ratios, and its standard error."""
    found = []
    for n in (40, 85):
        champion = np.array(rounded(rng.lognormal(3, 0.3, n)))
        challenger = np.array(rounded(champion * rng.lognormal(0.05, 0.1, n)))
        challenger[::20] += 1000
        logs = np.log(challenger / champion)
        mean, error = stats.trim_mean(logs, 0.2), stats.mstats.trimmed_stde(logs, limits=(0.2, 0.2))
        took = {"champion": champion.tolist(), "challenger": challenger.tolist()}
        found.append({**took, "mean": float(mean), "error": float(error)})
    return found


found = {"matched": matched(), "differences": [*regressions(), area()], "swaps": swaps(), "trimmed": trimmed()}
print(json.dumps(found))
