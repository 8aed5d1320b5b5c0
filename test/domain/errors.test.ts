import { describe, expect, it } from "vitest";
import { ERRORS, packError, ShoalError, unpackError } from "../../src/domain/errors";

describe("errors", () => {
  it("know status and class by their code", () => {
    const error = new ShoalError("cluster_not_found", "No cluster clust_1.");
    expect([error.status, error.type]).toEqual([404, "NotFoundError"]);
  });

  it("survive a Durable Object's RPC, which keeps the message alone", () => {
    const issues = [{ loc: ["body", "limit"], msg: "at most 1000", type: "less_than_equal" }];
    const sent = new ShoalError("validation_failed", "limit is 2000, at most 1000.", { limit: 1000 }, issues);
    const received = unpackError(new Error(`Error: ${packError(sent).message}`));
    expect(received).toBeInstanceOf(ShoalError);
    expect(received).toMatchObject({ code: sent.code, message: sent.message, details: sent.details, issues });
  });

  it("leave foreign errors as they are", () => {
    const foreign = new TypeError("x is not a function");
    expect(unpackError(foreign)).toBe(foreign);
    expect(unpackError("thrown text")).toBe("thrown text");
  });

  it("use client and server statuses only", () => {
    for (const [status] of Object.values(ERRORS)) expect(status).toSatisfy((s: number) => s >= 400 && s < 600);
  });
});
