/** The bytes that Node computes are those that workerd computes. */
import { expect, it } from "vitest";
import plain from "../../build/kernels.wasm";
import digests from "../kernels/digests.json";
import { kernelDigests } from "../support/kernel-digests";

it("every kernel answers in workerd as it does in Node", () => {
  expect(kernelDigests(plain)).toEqual(digests);
});
