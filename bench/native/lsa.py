from reference import measure, need, request

np, sparse, text, decomposition = need(
    "numpy", "scipy.sparse", "sklearn.feature_extraction.text", "sklearn.decomposition"
)
rows, params, repeats = request()
entries = rows.shape[1] // 2
counts = sparse.csr_matrix(
    (
        rows[:, entries:].astype(np.float64).ravel(),
        rows[:, :entries].astype(np.int32).ravel(),
        np.arange(rows.shape[0] + 1) * entries,
    ),
    shape=(rows.shape[0], params["indices"]),
)
frequencies = np.bincount(counts.indices, minlength=params["indices"])
kept = np.flatnonzero((frequencies >= 2) & (frequencies <= 0.9 * rows.shape[0]))
counts = counts[:, kept]
energy = {}


def work():
    weights = text.TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    # The start is a round too.
    svd = decomposition.TruncatedSVD(100, n_iter=params["rounds"] - 1, n_oversamples=10, random_state=0)
    svd.fit_transform(weights)
    energy["all"] = weights.multiply(weights).sum()
    return svd


measure(
    work,
    lambda svd: {"columns": len(kept), "captured": float((svd.singular_values_**2).sum() / energy["all"])},
    repeats,
)
