"""Writes reference.json: TF-IDF weights and singular values of a small count matrix, by scikit-learn.

    python3 test/engine/sparse/reference.py > test/engine/sparse/reference.json
"""
import json

import numpy as np
import sklearn
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer

rows, columns = 60, 40
counts = np.zeros((rows, columns))
for row in range(rows):
    for entry in range(6):
        # Words of one of four topics, and now and then any.
        topic = row % 4
        word = (topic * 10 + (row * 7 + entry * 3) % 10) if entry < 5 else (row * 13 + entry) % columns
        counts[row, word] += 1 + (row + entry) % 3
weights = TfidfTransformer(sublinear_tf=True, smooth_idf=True, norm="l2").fit_transform(counts)
svd = TruncatedSVD(n_components=8, algorithm="arpack", random_state=0).fit(weights)
exact = np.linalg.svd(weights.toarray(), compute_uv=False)
json.dump(
    {
        "sklearn": sklearn.__version__,
        "counts": [[[int(c), float(r[c])] for c in np.nonzero(r)[0]] for r in counts],
        "weights": [[[int(c), round(float(r[c]), 12)] for c in np.nonzero(r)[0]] for r in weights.toarray()],
        "truncated": [round(float(v), 10) for v in svd.singular_values_],
        "singular_values": [round(float(v), 10) for v in exact],
    },
    open(1, "w"),
    separators=(",", ":"),
)
