import { describe, expect, it } from "vitest";
import { LEXICAL_DIMENSIONS, lexicalVector, MAX_TEXT, WORD_COUNT } from "../../../src/domain/text/lexical";
import { murmur3 } from "../../../src/domain/text/murmur";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("murmur3", () => {
  // Published vectors of MurmurHash3_x86_32.
  it.each([
    [[], 0, 0],
    [[], 1, 0x514e28b7],
    [[], 0xffffffff, 0x81f16f39],
    [[0, 0, 0, 0], 0, 0x2362f9de],
    [[0xff, 0xff, 0xff, 0xff], 0, 0x76293b50],
    [[0x21, 0x43, 0x65, 0x87], 0, 0xf55b516b],
    [[0x21, 0x43, 0x65, 0x87], 0x5082edee, 0x2362f9de],
    [[0x21, 0x43, 0x65], 0, 0x7e4a8634],
    [[0x21, 0x43], 0, 0xa0f7b07a],
    [[0x21], 0, 0x72661cf4],
    [[...bytes("Hello, world!")], 0x9747b28c, 0x24884cba],
    [[...bytes("ππππππππ")], 0x9747b28c, 0xd58063c1],
    [[...bytes("The quick brown fox jumps over the lazy dog")], 0x9747b28c, 0x2fa826cd],
  ])("hashes %j with seed %i", (input, seed, hash) =>
    expect(murmur3(Uint8Array.from(input), 0, input.length, seed)).toBe(hash),
  );

  it("hashes a part as it would alone", () => {
    expect(murmur3(bytes("xxHello, world!y"), 2, 15, 7)).toBe(murmur3(bytes("Hello, world!"), 0, 13, 7));
  });
});

describe("lexicalVector", () => {
  const index = (term: string, seed: number) => murmur3(bytes(term), 0, bytes(term).length, seed) % LEXICAL_DIMENSIONS;
  /** The counts, the slow way. */
  function counted(terms: [string, number][]): [number, number][] {
    const counts = new Map<number, number>();
    for (const [term, seed] of terms) {
      counts.set(index(term, seed), (counts.get(index(term, seed)) ?? 0) + (seed === 1 ? WORD_COUNT : 1));
    }
    return [...counts].sort(([a], [b]) => a - b);
  }
  const entries = (text: string) => {
    const { indices, values } = lexicalVector(text);
    return [...indices].map((at, i) => [at, values[i]!]);
  };

  it("counts words, pairs of words and n-grams within words", () => {
    const cat = [" ca", "cat", "at ", " cat", "cat ", " cat "].map((term): [string, number] => [term, 3]);
    const an = [" an", "an ", " an "].map((term): [string, number] => [term, 3]);
    expect(entries("Cat, an cat")).toEqual(
      counted([["cat", 1], ["an", 1], ["cat", 1], ["cat an", 2], ["an cat", 2], ...cat, ...an, ...cat]),
    );
  });

  it("cuts n-grams by code points", () => {
    expect(entries("é𐐨")).toEqual(
      counted([
        ["é𐐨", 1],
        [" é𐐨", 3],
        ["é𐐨 ", 3],
        [" é𐐨 ", 3],
      ]),
    );
  });

  it("takes pairs of characters as they are", () => {
    expect(entries("東京都")).toEqual(
      counted([
        ["東京", 1],
        ["京都", 1],
        ["東京 京都", 2],
      ]),
    );
  });

  it("gives ascending indices below the number of dimensions", () => {
    const { indices, values } = lexicalVector("a stately pleasure-dome decree, where Alph, the sacred river, ran");
    expect([...indices]).toEqual([...new Set(indices)].sort((a, b) => a - b));
    expect(indices.at(-1)!).toBeLessThan(LEXICAL_DIMENSIONS);
    expect(values.every((value) => value >= 1)).toBe(true);
  });

  it.each(["", " ", "🐈", "…!", "\ud800"])("has nothing for %j", (text) => {
    expect(lexicalVector(text)).toEqual({ indices: new Uint32Array(0), values: new Float32Array(0), truncated: false });
  });

  it("reads a huge text up to its limit and says so", () => {
    const head = "word ".repeat(Math.ceil(MAX_TEXT / 5)).slice(0, MAX_TEXT);
    const whole = lexicalVector(`${head} tail that is not read`);
    expect(whole.truncated).toBe(true);
    expect(whole).toEqual({ ...lexicalVector(head), truncated: true });
    const random = Array.from({ length: 200_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000)));
    expect(lexicalVector(random.join("")).indices.length).toBeLessThan(2 * MAX_TEXT);
  });
});
