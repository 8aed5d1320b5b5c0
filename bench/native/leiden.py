import random

from reference import measure, need, request

np, igraph = need("numpy", "igraph")
rows, params, repeats = request()

rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)
edges = {}
for first in range(0, len(rows), 512):
    similarity = rows[first : first + 512] @ rows.T
    for i, line in enumerate(similarity, first):
        line[i] = -9
        for j in np.argpartition(-line, params["neighbors"] - 1)[: params["neighbors"]]:
            edges[(min(i, j), max(i, j))] = max(float(line[j]), 1e-6)
graph = igraph.Graph(n=len(rows), edges=list(edges))
graph.es["weight"] = list(edges.values())
random.seed(1)
measure(
    lambda: graph.community_leiden(
        objective_function="modularity", weights="weight", n_iterations=params["iterations"]
    ),
    lambda found: {
        "modularity": graph.modularity(found.membership, weights="weight"),
        "communities": len(found),
    },
    repeats,
)
