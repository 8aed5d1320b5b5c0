/** How often a collection has changed: what tells whether an earlier clustering is still that of its documents. */
import type { Revision } from "../contract";
import type { Database } from "./database";

export function readRevision(db: Database): Revision {
  const [row] = db.all<Revision>("SELECT vectors, payloads FROM revision");
  return row ?? { vectors: 0, payloads: 0 };
}

/** To be called with the change. New documents and lost ones are changes of vectors; those change what payloads there are, too. */
export function revise(db: Database, what: "vectors" | "payloads"): void {
  const vectors = what === "vectors" ? 1 : 0;
  db.all(
    `INSERT INTO revision (only, vectors, payloads) VALUES (1, ${vectors}, 1)
     ON CONFLICT (only) DO UPDATE SET vectors = vectors + ${vectors}, payloads = payloads + 1`,
  );
}
