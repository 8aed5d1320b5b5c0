/** The columns that every resource table has: see `schema.ts`. */
import { text } from "drizzle-orm/sqlite-core";

export type Doc = Record<string, unknown>;

export const resource = {
  doc: text({ mode: "json" }).$type<Doc>().notNull(),
  search: text().notNull().default(""),
  createdAt: text().notNull(),
  updatedAt: text().notNull(),
};
