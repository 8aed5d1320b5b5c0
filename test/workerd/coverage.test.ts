/** docs/api-coverage.md against the operations that exist and the files that are said to test them. */
import { describe, expect, it } from "vitest";
import page from "../../docs/api-coverage.md?raw";
import { operations } from "../../src/api/routes";

const sources = import.meta.glob<string>("./*.test.ts", { query: "?raw", import: "default", eager: true });

interface Row {
  method: string;
  path: string;
  /** Null: not served. */
  id: string | null;
  test: string | null;
}

const code = (cell: string): string | null => /^`(.*)`$/.exec(cell)?.[1] ?? null;

const rows: Row[] = page
  .split("\n")
  .filter((line) => /^\| .*`\//.test(line))
  .map((line) => {
    const cells = line.split("|").map((cell) => cell.trim());
    const at = cells.findIndex((cell) => /^(GET|POST|PUT|PATCH|DELETE)$/.test(cell));
    const served = cells[at + 2] !== "not served";
    const [id, test] = cells.slice(-3, -1) as [string, string];
    return { method: cells[at]!, path: code(cells[at + 1]!)!, id: served ? code(id) : null, test: code(test) };
  });

/** Names of parameters differ between the contract's versions. */
const shape = ({ method, path }: { method: string; path: string }): string =>
  `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, "{}").replace(/\/$/, "")}`;

const lastWord = (path: string): string => path.split("/").findLast((part) => part !== "" && !part.startsWith("{"))!;

describe("the page of the API's coverage", () => {
  const served = rows.filter(({ id }) => id !== null);

  it("lists every operation once, and none that does not exist", () => {
    const existing = operations.map((one) => `${shape(one)} ${one.id}`).sort();
    expect(served.map((row) => `${shape(row)} ${row.id}`).sort()).toEqual(existing);
    expect(new Set(rows.map(shape)).size).toBe(rows.length);
  });

  it.each(served)("$method $path is in the test that is named", ({ path, test }) => {
    const source = sources[`./${test?.replace("test/workerd/", "")}`];
    expect(source, `${test} does not exist`).toBeDefined();
    expect(source).toContain(lastWord(path));
  });

  it("says of every other why not", () => {
    for (const line of page.split("\n").filter((text) => text.includes("| not served |")))
      expect(line.split("|")[5]!.trim().length).toBeGreaterThan(10);
  });
});
