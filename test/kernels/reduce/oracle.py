"""Makes oracle.json: what scikit-learn's t-SNE reaches on the digits of examples/ (CC BY 4.0). Run with python3-sklearn installed."""
import json
import os

import numpy as np
import sklearn
from sklearn.manifold import TSNE, trustworthiness

HERE = os.path.dirname(os.path.abspath(__file__))
with open(f"{HERE}/../../../examples/digits/digits.ndjson") as lines:
    rows = np.array([json.loads(line)["vectors"]["pixels"] for line in lines if line.strip()], np.float32)

oracle = {"library": f"scikit-learn {sklearn.__version__}", "perplexity": 30, "trustworthiness_k": 15, "layouts": []}
for components in (2, 3):
    model = TSNE(components, perplexity=30, init="pca", learning_rate="auto", random_state=0, n_jobs=1).fit(rows)
    trust = trustworthiness(rows, model.embedding_, n_neighbors=15)
    oracle["layouts"].append(
        {"components": components, "divergence": float(model.kl_divergence_), "trustworthiness": float(trust)}
    )
with open(f"{HERE}/oracle.json", "w") as out:
    json.dump(oracle, out, indent=2)
    out.write("\n")
