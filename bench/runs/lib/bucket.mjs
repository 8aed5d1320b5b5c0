/** Reads objects of the local server's bucket from its state folder, as a maintainer would look into R2. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const BUCKET = "shoal-data";

/** The object at a key, if it was a single put; throws when there is none. */
export function readObject(state, key) {
  const folder = join(state, "v3", "r2");
  const index = join(folder, "miniflare-R2BucketObject");
  for (const file of readdirSync(index).filter((name) => name.endsWith(".sqlite") && !name.startsWith("metadata"))) {
    const database = new DatabaseSync(join(index, file), { readOnly: true });
    try {
      const row = database.prepare("SELECT blob_id FROM _mf_objects WHERE key = ?").get(key);
      if (row?.blob_id) return readFileSync(join(folder, BUCKET, "blobs", row.blob_id));
    } finally {
      database.close();
    }
  }
  throw new Error(`no object ${key} under ${state}`);
}

/** The manifest of a finished run. */
export function readManifest(state, run) {
  return JSON.parse(
    readObject(state, `artifacts/${run.namespace_id}/${run.cluster_id}/${run.run_id}/manifest.json`).toString(),
  );
}
