import type { z } from "zod";
import type { FieldIssue } from "../../errors";
import type { Warning } from "../model";

/** Issues found between fields, with `loc` relative to the parameters. */
export interface Review {
  params: Record<string, unknown>;
  issues: FieldIssue[];
  warnings: Warning[];
}

/** What one method accepts. */
export interface ParameterModel {
  /** Bounds and defaults of every key, the inert ones too: a wrong type is an error even where the value is not used. */
  schema: z.ZodObject;
  /** Keys that are accepted and change nothing, with the reason. They are left out of the canonical parameters. */
  inert: Record<string, string>;
  /** Rules between keys. `given` holds the keys that the caller sent. */
  review?: (params: Record<string, unknown>, given: ReadonlySet<string>) => Review;
}
