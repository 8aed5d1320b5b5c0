/**
 * `node scripts/make-examples.mjs FILE`: writes examples/digits/digits.ndjson from the UCI data set "Optical Recognition of
 * Handwritten Digits", test part: `optdigits.tes` as UCI serves it, or the same rows as scikit-learn carries them
 * (`sklearn/datasets/data/digits.csv.gz`). Each line of FILE is 64 pixel sums of 0–16, row by row, then the digit.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expected, fail, say } from "./lib/output.mjs";
import { inRoot } from "./lib/paths.mjs";

const PIXELS = 64;
const MAXIMUM = 16;

function parseRow(line, index) {
  const numbers = line.split(",").map(Number);
  const label = numbers.pop();
  const valid = numbers.length === PIXELS && numbers.every((n) => Number.isInteger(n) && n >= 0 && n <= MAXIMUM);
  if (!valid || !Number.isInteger(label) || label < 0 || label > 9) {
    throw expected(`line ${index + 1}: expected ${PIXELS} integers of 0–${MAXIMUM} and a digit`);
  }
  return {
    document_id: `doc_digit${String(index).padStart(4, "0")}`,
    payload: { label, row: index },
    vectors: { pixels: numbers },
  };
}

try {
  const [file] = process.argv.slice(2);
  if (!file) throw expected("usage: node scripts/make-examples.mjs FILE");
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const documents = text.trim().split(/\r?\n/).map(parseRow);
  const target = inRoot("examples/digits/digits.ndjson");
  writeFileSync(target, documents.map((document) => `${JSON.stringify(document)}\n`).join(""));
  say(`${documents.length} documents -> ${target}`);
} catch (error) {
  fail(error);
}
