import { describe, expect, it } from "vitest";
import { run } from "../../../src/kernels";
import { BASE_BYTES, matrixBytes } from "../../../src/kernels/memory";
import { mixtureBytes } from "../../../src/kernels/mixture/memory";
import { blobs, load, loadCentred, plain } from "../support";
import { OPTIONS, TYPES } from "./support";

const MIB = 1024 * 1024;

describe.each(TYPES)("memory of a mixture with %s covariances", (type) => {
  it.each([
    [6_000, 4, 3],
    [1_200, 60, 10],
    [400, 150, 8],
  ])("of %i × %i, k = %i stays within its formula, and not far below", (n, d, k) => {
    const kernels = plain();
    const { matrix } = loadCentred(kernels, blobs(n, d, 5, 1), d);
    const before = kernels.mark();
    let most = 0;
    const options = { ...OPTIONS, covarianceType: type, components: k, maxIter: 2, regularization: 1e-2 };
    const slices = kernels.gaussianMixture(matrix, options);
    while (!slices.next().done) most = Math.max(most, kernels.mark() - before);
    const formula = mixtureBytes(type, n, d, k) + BASE_BYTES;
    expect(most).toBeLessThanOrEqual(formula);
    expect(most).toBeGreaterThan(0.6 * formula);
    expect(kernels.mark()).toBe(before);
  });

  it("leaves much of an isolate free at 50,000 × 50, and is given back when abandoned", () => {
    expect(matrixBytes(50_000, 50) + mixtureBytes(type, 50_000, 50, 10)).toBeLessThan(14 * MIB);
    const kernels = plain();
    const matrix = load(kernels, blobs(500, 3, 2, 1), 3);
    const before = kernels.mark();
    const slices = kernels.gaussianMixture(matrix, { ...OPTIONS, covarianceType: type });
    slices.next();
    slices.return({} as never);
    expect(kernels.mark()).toBe(before);
    expect(run(kernels.gaussianMixture(matrix, OPTIONS)).labels).toHaveLength(500);
  });
});
