import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dialectOf, readDefinition } from "../../../src/domain/definition/adapters";
import { isObject } from "../../../src/domain/issues";

const FOLDER = join(import.meta.dirname, "../../../../shared/seeds");
const PAGES = ["clusters-guide.txt", "clusters-concept.txt"];

/** Request bodies of the published pages' curl examples that describe a clustering. */
function bodies(page: string): Record<string, unknown>[] {
  const text = readFileSync(join(FOLDER, page), "utf8");
  return [...text.matchAll(/-d '(\{[\s\S]*?\})'/g)]
    .map(([, body]) => JSON.parse(body as string) as Record<string, unknown>)
    .filter((body) => "collection_ids" in body || "source_collection_ids" in body);
}

/** Options of the ad-hoc request, which its route takes out. */
const OPTIONS = ["store_results", "include_members", "compute_metrics", "save_artifacts"];

describe.each(PAGES)("the published page %s", (page) => {
  it("has bodies that are understood", ({ skip }) => {
    if (!existsSync(join(FOLDER, page))) skip(`${page} is not there: ../shared is absent`);
    const found = bodies(page);
    expect(found.length).toBeGreaterThanOrEqual(2);
    for (const body of found) {
      const { definition, features, warnings } = readDefinition(body);
      expect(definition.collection_ids).toHaveLength(1);
      expect(features).toHaveLength(1);
      expect(isObject(definition.vector_config)).toBe(true);
      const unknown = warnings.filter(({ msg }) => msg.startsWith("unknown")).map(({ loc }) => String(loc.at(-1)));
      expect(unknown.every((field) => OPTIONS.includes(field))).toBe(true);
      expect(dialectOf(body).length).toBeGreaterThan(0);
    }
  });
});
