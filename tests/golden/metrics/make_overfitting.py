"""Makes overfitting.json: PBO of generated matrices by plain loops, nothing shared with the C code.

    python3 make_overfitting.py > overfitting.json

Matrix: s <- 6364136223846793005 s + 1442695040888963407 mod 2^64 from the seed, u = (s >> 11) / 2^53 after each
update, a value is 0.01 (sum of 12 u - 6), row by row; column 2 has `skill` added.
"""

import itertools
import json
import math
import statistics


def matrix(seed, rows, trials, skill):
    s, out = seed, []
    for _ in range(rows):
        row = []
        for k in range(trials):
            total = 0.0
            for _ in range(12):
                s = (s * 6364136223846793005 + 1442695040888963407) % 2**64
                total += (s >> 11) / 2**53
            row.append(0.01 * (total - 6.0) + (skill if k == 2 else 0.0))
        out.append(row)
    return out


def pbo(m, blocks):
    m = m[len(m) % blocks:]
    length, trials = len(m) // blocks, len(m[0])

    def sharpe(parts):
        x = [m[b * length + i] for b in parts for i in range(length)]
        return [statistics.fmean(r[k] for r in x) / statistics.stdev(r[k] for r in x)
                for k in range(trials)]

    logits, inside, outside = [], [], []
    for pick in itertools.combinations(range(blocks), blocks // 2):
        a = sharpe(pick)
        b = sharpe([k for k in range(blocks) if k not in pick])
        best = a.index(max(a))
        rank = sum(v < b[best] for v in b) + (sum(v == b[best] for v in b) + 1) / 2
        share = rank / (trials + 1)
        logits.append(math.log(share / (1 - share)))
        inside.append(a[best])
        outside.append(b[best])
    slope, intercept = statistics.linear_regression(inside, outside)
    return {"pbo": sum(v <= 0 for v in logits) / len(logits), "logits": logits,
            "prob_loss": sum(v < 0 for v in outside) / len(logits), "slope": slope,
            "intercept": intercept}


print(json.dumps([dict(seed=seed, rows=rows, trials=trials, skill=skill, blocks=blocks,
                       **pbo(matrix(seed, rows, trials, skill), blocks))
                  for seed, rows, trials, skill, blocks in
                  ((1, 96, 8, 0.0, 8), (2, 101, 7, 0.004, 6), (3, 60, 5, 0.0, 10))], indent=0))
