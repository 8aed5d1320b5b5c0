import { z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { errorBody } from "../../src/api/errors";
import { ShoalError } from "../../src/domain/errors";
import { fieldIssues, validationError } from "../../src/domain/issues";

const issuesOf = (schema: z.ZodType, value: unknown, place = "body") =>
  fieldIssues(schema.safeParse(value).error?.issues ?? [], [place], value);

describe("fieldIssues", () => {
  const schema = z.object({
    n: z.int().min(1).max(10),
    name: z.string().max(3),
    kind: z.enum(["a", "b"]),
    list: z.array(z.object({ x: z.number() })).max(1),
  });

  it("names the place, what was expected and what came", () => {
    expect(issuesOf(schema, { n: 11, name: "long", kind: "c", list: [{ x: "1" }] })).toEqual([
      { loc: ["body", "n"], msg: "must be at most 10, got 11", type: "too_big" },
      { loc: ["body", "name"], msg: 'must be at most 3 characters, got "long"', type: "too_big" },
      { loc: ["body", "kind"], msg: 'must be one of "a", "b", got "c"', type: "invalid_value" },
      { loc: ["body", "list", 0, "x"], msg: 'must be of type number, got "1"', type: "invalid_type" },
    ]);
  });

  it("tells a missing field from a wrong one", () => {
    const [missing] = issuesOf(schema, { name: "a", kind: "a", list: [] });
    expect(missing).toEqual({ loc: ["body", "n"], msg: "is required (number)", type: "missing" });
  });

  it("cuts long values", () => {
    const [issue] = issuesOf(z.object({ name: z.string().max(3) }), { name: "x".repeat(500) });
    expect(issue!.msg).toMatch(/^must be at most 3 characters, got "x{79}… \(500 characters\)$/);
  });
});

describe("errorBody", () => {
  it("holds both forms for a 422 and only the envelope otherwise", () => {
    const issue = { loc: ["query", "limit"], msg: "must be at most 1000, got 5000", type: "too_big" };
    expect(errorBody(validationError([issue, issue]))).toEqual({
      success: false,
      status: 422,
      error: {
        message: "query.limit: must be at most 1000, got 5000 (and 1 more)",
        type: "ValidationError",
        code: "validation_failed",
        details: {
          validation_errors: Array(2).fill({ type: "too_big", location: ["query", "limit"], message: issue.msg }),
        },
      },
      detail: [issue, issue],
    });
    expect(errorBody(new ShoalError("task_not_found", "no", { id: "t" }))).toEqual({
      success: false,
      status: 404,
      error: { message: "no", type: "NotFoundError", code: "task_not_found", details: { id: "t" } },
    });
  });

  it("gives a 422 without issues one that repeats its message", () => {
    const body = errorBody(new ShoalError("too_few_documents", "1 document"));
    expect(body).toMatchObject({ detail: [{ loc: ["body"], msg: "1 document", type: "too_few_documents" }] });
  });
});
