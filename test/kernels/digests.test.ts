/** See test/support/kernel-digests.ts. `SHOAL_WRITE_DIGESTS=1 npx vitest run test/kernels/digests.test.ts` writes them anew after a change that was meant. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { kernelDigests } from "../support/kernel-digests";
import { plainModule } from "./support";

const FILE = resolve(import.meta.dirname, "digests.json");

it("every kernel answers the same bytes as ever", () => {
  const found = kernelDigests(plainModule);
  if (process.env.SHOAL_WRITE_DIGESTS) writeFileSync(FILE, `${JSON.stringify(found, null, 2)}\n`);
  expect(found).toEqual(JSON.parse(readFileSync(FILE, "utf8")));
});

it("and the same again in another memory", () => {
  expect(kernelDigests(plainModule)).toEqual(kernelDigests(plainModule));
});
