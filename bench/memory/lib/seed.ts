/** Process that writes the vectors: `seed FOLDER ROWS DIMENSIONS`. */
import { blobs } from "../../runs/lib/data.mjs";
import { writeCollection } from "./collection";
import { DiskObjectStore } from "./disk-object-store";

const [folder, rows, dimensions] = process.argv.slice(2);
await writeCollection(new DiskObjectStore(folder!), blobs(Number(rows), Number(dimensions), 40, 4));
