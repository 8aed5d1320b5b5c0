/** Opaque positions in a table: the next offset, bound to the file and the filter that it counts in. */
import { createHash } from "node:crypto";
import { ShoalError } from "../domain/errors";
import type { ReadOptions } from "./contract";
import type { TableFile } from "./read";

/** The cursor of the page after this one, or null when this one is the last. */
export async function nextCursor(table: TableFile, { offset, limit, clusterIds }: ReadOptions): Promise<string | null> {
  const next = offset + limit;
  if (next >= (await table.count(clusterIds))) return null;
  return pageCursor(next, identityOf(table, clusterIds));
}

/** The offset that a cursor of this table and filter stands for. Throws `invalid_cursor` for any other. */
export function offsetOf(cursor: string, table: TableFile, clusterIds: string[] | null): number {
  return pageOffset(cursor, identityOf(table, clusterIds));
}

/** `identity`: plain data that says what is paged. */
export const pageCursor = (offset: number, identity: unknown): string =>
  btoa(`${offset}.${fingerprint(identity)}`).replaceAll("=", "");

/** The offset that such a cursor stands for. Throws `invalid_cursor` for one of anything else. */
export function pageOffset(cursor: string, identity: unknown): number {
  const [offset, print] = decode(cursor).split(".");
  if (print !== fingerprint(identity) || !/^\d{1,15}$/.test(offset!)) {
    throw new ShoalError("invalid_cursor", "cursor does not belong to this run and these cluster_ids.", { cursor });
  }
  return Number(offset);
}

function decode(cursor: string): string {
  try {
    return atob(cursor);
  } catch {
    return "";
  }
}

const identityOf = ({ key, bytes }: TableFile, clusterIds: string[] | null): unknown => [
  key,
  bytes,
  clusterIds && [...clusterIds].sort(),
];

const fingerprint = (identity: unknown): string =>
  createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 16);
