import type { CollectionFeature } from "../contract";
import { ByteCollector, chunksOf } from "./bytes";
import { type DecodedBatch, decodeInto, RowRefusal } from "./decoded";
import { parseRow } from "./rows";

/** One document as text, line feed excluded. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;
const LINE_FEED = 10;

/** Decodes newline-delimited JSON as it arrives; blank lines count as lines and are skipped. */
export async function* decodeNdjson(
  body: ReadableStream<Uint8Array>,
  features: CollectionFeature[],
): AsyncGenerator<DecodedBatch> {
  // The part of a line that came in earlier chunks; whole lines are parsed where they lie.
  const rest = new ByteCollector(MAX_DOCUMENT_BYTES);
  let line = 0;
  const add = (batch: DecodedBatch, bytes: Uint8Array | null) => {
    line += 1;
    if (bytes !== null && isBlank(bytes)) return;
    decodeInto(batch, line, () => {
      if (bytes === null) throw tooLong();
      return parseRow(bytes, line, features);
    });
  };
  for await (const chunk of chunksOf(body)) {
    const batch: DecodedBatch = { rows: [], refused: [] };
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      const part = chunk.subarray(from, end);
      if (rest.isEmpty) {
        add(batch, part.byteLength > MAX_DOCUMENT_BYTES ? null : part);
      } else {
        rest.append(part);
        add(batch, rest.take());
      }
      from = end + 1;
    }
    if (from < chunk.byteLength) rest.append(chunk.subarray(from));
    yield batch;
  }
  if (!rest.isEmpty) {
    const batch: DecodedBatch = { rows: [], refused: [] };
    add(batch, rest.take());
    yield batch;
  }
}

export const tooLong = (): RowRefusal =>
  new RowRefusal("payload_too_large", `the document's text is longer than ${MAX_DOCUMENT_BYTES} bytes`);

function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte > 32) return false;
  return true;
}
