/** Assertions with messages for people. */
import assert from "node:assert/strict";
import { ApiError } from "../lib/client.mjs";

export const equal = (actual, wanted, what) =>
  assert.deepEqual(actual, wanted, what && `${what}: ${JSON.stringify(actual)}`);

export function ok(value, what) {
  assert.ok(value, what);
}

/** The refusal of a request: `work` must throw an ApiError of this status and code. Returns the error's body. */
export async function refused(work, status, code) {
  const error = await work().then(
    (answer) => new Error(`expected ${status} ${code}, got ${JSON.stringify(answer).slice(0, 300)}`),
    (caught) => caught,
  );
  if (!(error instanceof ApiError)) throw error;
  assert.equal(`${error.status} ${error.code}`, `${status} ${code}`, error.message);
  assert.equal(error.body.success, false);
  assert.ok(error.body.error.message.length > 0 && error.body.error.type, "an error says what and of which type");
  if (status === 422) assert.ok(Array.isArray(error.body.detail), "a 422 names the fields in `detail` too");
  return error.body;
}

/** Asks again until `accept` takes the answer. */
export async function eventually(ask, accept, ms, what) {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (accept(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(`${what} did not happen in ${ms / 1000} s: ${JSON.stringify(answer).slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Lines of an import that were refused, in the order of the request: a duplicate id is found later than a broken vector. */
export const linesRefused = (batch) => batch.errors.map(({ line }) => line).sort((a, b) => a - b);
