import { describe, expect, it } from "vitest";
import { rawModule } from "./support";

const { raw } = rawModule();

function philox(counter: [number, number, number, number], key: [number, number]): string[] {
  raw.philox(...counter, ...key);
  return [0, 1, 2, 3].map((i) => (raw.philoxWord(i) >>> 0).toString(16).padStart(8, "0"));
}

describe("random numbers", () => {
  it("are Philox4x32-10: the known answers of the Random123 distribution", () => {
    expect(philox([0, 0, 0, 0], [0, 0])).toEqual(["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
    expect(philox([-1, -1, -1, -1], [-1, -1])).toEqual(["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"]);
    const pi = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] as [number, number, number, number];
    expect(philox(pi, [0xa4093822, 0x299f31d0])).toEqual(["d16cfe09", "94fdcceb", "5001e420", "24126ea1"]);
  });

  it("depend on every part of their key and lie inside (0, 1)", () => {
    const keys = [
      [0, 0, 0, 0, 0],
      [1, 0, 0, 0, 0],
      [0, 1, 0, 0, 0],
      [0, 0, 1, 0, 0],
      [0, 0, 0, 1, 0],
      [0, 0, 0, 0, 1],
      [0, 0, 0, 0, 2 ** 32],
    ] as const;
    const values = keys.map(([low, high, stream, purpose, index]) => raw.uniform(low, high, stream, purpose, index));
    expect(new Set(values).size).toBe(keys.length);
    expect(values.every((u) => u > 0 && u < 1)).toBe(true);
  });

  it("are uniform: mean and variance of 20,000 within four standard errors", () => {
    const values = Array.from({ length: 20_000 }, (_, i) => raw.uniform(7, 0, 1, 2, i));
    const mean = values.reduce((sum, u) => sum + u, 0) / values.length;
    const variance = values.reduce((sum, u) => sum + (u - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan((4 * Math.sqrt(1 / 12)) / Math.sqrt(values.length));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan((4 * Math.sqrt(1 / 180)) / Math.sqrt(values.length));
  });
});

describe("natural logarithm", () => {
  it("is within 4e-16 relative of the engine's over the range of doubles", () => {
    for (let exponent = -300; exponent <= 300; exponent += 7) {
      for (const m of [1, 1.0000001, 1.3, Math.SQRT2, 1.7, 9.99]) {
        const x = m * 10 ** exponent;
        const expected = Math.log(x);
        expect(Math.abs(raw.naturalLog(x) - expected)).toBeLessThanOrEqual(4e-16 * Math.abs(expected));
      }
    }
    expect(raw.naturalLog(1)).toBe(0);
  });
});

describe("exponential", () => {
  it("is within 2 units in the last place of the engine's from −708 to 709, and exact at 0", () => {
    const bits = new DataView(new ArrayBuffer(8));
    const unit = (value: number): number => {
      bits.setFloat64(0, value);
      bits.setBigInt64(0, bits.getBigInt64(0) + 1n);
      return bits.getFloat64(0) - value;
    };
    for (const [from, step] of [
      [-708, 0.0337],
      [-21, 0.00057],
      [-1e-5, 1.37e-9],
    ] as const) {
      for (let i = 0; i < 40_000; i++) {
        const x = Math.min(709, from + i * step);
        const expected = Math.exp(x);
        const off = Math.abs(raw.exponential(x) - expected);
        if (off > 2 * unit(expected)) expect.fail(`e^${x} is off by ${off / unit(expected)} units`);
      }
    }
    expect(raw.exponential(0)).toBe(1);
  });
});
