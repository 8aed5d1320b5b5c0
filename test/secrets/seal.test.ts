import { describe, expect, it } from "vitest";
import { seal, unseal } from "../../src/secrets/seal";

const KEY = { SECRETS_KEY: "k".repeat(64) };
const CONFIGS = { url: "https://example.com", headers: { Authorization: "Bearer täst" } };

describe("secrets", () => {
  it("come back as they were, and cannot be read in between", async () => {
    const sealed = await seal(KEY, "webhook wh_1", CONFIGS);
    expect(sealed).toMatch(/^sealed\.v1\.[\w-]+$/);
    expect(Buffer.from(sealed.slice(10), "base64url").toString("latin1")).not.toContain("example");
    expect(await seal(KEY, "webhook wh_1", CONFIGS)).not.toBe(sealed);
    expect(await unseal(KEY, "webhook wh_1", sealed)).toEqual(CONFIGS);
  });

  it("open only for what they were sealed for, and only unchanged", async () => {
    const sealed = await seal(KEY, "webhook wh_1", CONFIGS);
    await expect(unseal(KEY, "webhook wh_2", sealed)).rejects.toMatchObject({ code: "not_configured" });
    const last = sealed.at(-3) === "A" ? "B" : "A";
    const changed = `${sealed.slice(0, -3)}${last}${sealed.slice(-2)}`;
    await expect(unseal(KEY, "webhook wh_1", changed)).rejects.toMatchObject({ code: "not_configured" });
  });

  it("open under the key before, and under the root key once there is one of their own", async () => {
    const old = await seal(KEY, "a", 1);
    expect(await unseal({ SECRETS_KEY: "new", SECRETS_KEY_PREVIOUS: KEY.SECRETS_KEY }, "a", old)).toBe(1);
    await expect(unseal({ SECRETS_KEY: "new" }, "a", old)).rejects.toMatchObject({ code: "not_configured" });
    const byRoot = await seal({ SHOAL_ROOT_KEY: "sk_root" }, "a", 2);
    expect(await unseal({ SECRETS_KEY: "new", SHOAL_ROOT_KEY: "sk_root" }, "a", byRoot)).toBe(2);
  });

  it("stored before there was a seal come back as they are; without a key nothing is sealed", async () => {
    expect(await unseal(KEY, "a", CONFIGS)).toBe(CONFIGS);
    expect(await unseal(KEY, "a", "whsec_plain")).toBe("whsec_plain");
    await expect(seal({}, "a", 1)).rejects.toMatchObject({ code: "not_configured" });
  });
});
