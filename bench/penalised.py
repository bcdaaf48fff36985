"""Elastic net with cross-validation: cxkit beside scikit-learn, on the same rows, one thread each.

Usage: python bench/penalised.py [rows [columns]]
"""

import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from sklearn.linear_model import ElasticNetCV

import cxkit as cx

given = [int(word) for word in sys.argv[1:]]
rows, columns = (given + [200000, 20][len(given) :])[:2]
generator = np.random.default_rng(1)
common = generator.normal(size=rows)
x = generator.normal(size=(rows, columns)) + common[:, None]
y = x[:, :5] @ np.arange(1.0, 6) + generator.normal(size=rows) * 5
table = {f"x{j}": np.ascontiguousarray(x[:, j]) for j in range(columns)}
scaled, outcome = (x - x.mean(0)) / x.std(0), (y - y.mean()) / y.std()
ratios = []
for _ in range(3):
    start = time.process_time()
    ours = cx.penalised(table, y, method="elastic-net")
    middle = time.process_time()
    theirs = ElasticNetCV(l1_ratio=0.5, eps=1e-4, cv=10).fit(scaled, outcome)
    ratios.append((time.process_time() - middle) / (middle - start))
    print(f"cxkit {middle - start:.2f} s, R2 {ours.r2:.4f}; ratio {ratios[-1]:.1f}")
print(f"median ratio {sorted(ratios)[1]:.1f}; penalties {ours.penalty:.3g}, {theirs.alpha_:.3g}")
