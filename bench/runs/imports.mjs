/** Import of 50-dimensional documents over HTTP. */
import { blobs } from "./lib/data.mjs";
import { createCollection, importRows, median } from "./lib/jobs.mjs";

const REPEATS = 3;
const CASES = [
  { format: "arrow", rows: 50_000, target: 20_000 },
  { format: "ndjson", rows: 20_000, target: 4_000 },
];

export async function run({ api }) {
  const figures = [];
  for (const { format, rows, target } of CASES) {
    const data = blobs(rows, 50, 20, 1);
    const rates = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const collectionId = await createCollection(api, `import-${format}-${repeat}`, data.dimensions);
      rates.push(await importRows(api, collectionId, data, format));
    }
    const value = Math.round(median(rates));
    figures.push({
      name: `import, ${format}, ${rows.toLocaleString("en")} × 50`,
      value,
      unit: "documents/s",
      target: `≥ ${target.toLocaleString("en")}`,
      pass: value >= target,
    });
  }
  return figures;
}
