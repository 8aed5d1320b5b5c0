import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { housekeeping } from "../../src/db/housekeeping";
import { keepAnswers, knownAnswers } from "../../src/db/label-cache";

const keyOf = (n: number): string => n.toString(16).padStart(64, "0");
const rows = async (): Promise<number> =>
  (await env.DB.prepare("select count(*) as n from label_cache").first<{ n: number }>())!.n;

describe("kept answers of language models", () => {
  it("are known until they expire, to their own namespace, and are then swept", async () => {
    const many = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [keyOf(n), `{"label":"${n}"}`]));
    await keepAnswers(env.DB, "ns_a", many, 2_000);
    expect(await knownAnswers(env.DB, "ns_a", [...Object.keys(many), keyOf(999)], 1_000)).toEqual(many);
    expect(await knownAnswers(env.DB, "ns_b", Object.keys(many), 1_000)).toEqual({});
    expect(await knownAnswers(env.DB, "ns_a", Object.keys(many), 2_000)).toEqual({});
    await keepAnswers(env.DB, "ns_a", { [keyOf(1)]: '{"label":"new"}' }, 9_000);
    expect(await knownAnswers(env.DB, "ns_a", [keyOf(1)], 3_000)).toEqual({ [keyOf(1)]: '{"label":"new"}' });
    await housekeeping(env.DB, new Date(3_000));
    expect(await rows()).toBe(1);
    expect(await knownAnswers(env.DB, "ns_a", [keyOf(1)], 3_000)).toEqual({ [keyOf(1)]: '{"label":"new"}' });
  });
});
