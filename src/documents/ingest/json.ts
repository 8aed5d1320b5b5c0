import { ShoalError } from "../../domain/errors";
import type { CollectionFeature } from "../contract";
import { ByteCollector, chunksOf } from "./bytes";
import { type DecodedBatch, decodeInto } from "./decoded";
import { MAX_DOCUMENT_BYTES, tooLong } from "./ndjson";
import { parseRow } from "./rows";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** The bytes of a UTF-8 byte order mark. */
const BOM = new Set([0xef, 0xbb, 0xbf]);

const isOpen = (byte: number): boolean => byte === OPEN_ARRAY || byte === OPEN_OBJECT;
const isClose = (byte: number): boolean => byte === CLOSE_ARRAY || byte === CLOSE_OBJECT;

const bytesExcept = (...bytes: number[]): Uint8Array =>
  new Uint8Array(256).map((_, byte) => (bytes.includes(byte) ? 0 : 1));
const PLAIN_IN_STRING = bytesExcept(QUOTE, BACKSLASH);
const PLAIN = bytesExcept(QUOTE, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT);

/** Decodes a JSON body as it arrives: an array of documents, or one document. Only one element is held at a time. */
export async function* decodeJson(
  body: ReadableStream<Uint8Array>,
  features: CollectionFeature[],
): AsyncGenerator<DecodedBatch> {
  const splitter = new ElementSplitter();
  let line = 0;
  for await (const chunk of chunksOf(body)) {
    const batch: DecodedBatch = { rows: [], refused: [] };
    splitter.push(chunk, (bytes) => {
      line += 1;
      decodeInto(batch, line, () => {
        if (bytes === null) throw tooLong();
        return parseRow(bytes, line, features);
      });
    });
    yield batch;
  }
  splitter.end();
}

/** Cuts a body into its elements by brackets and strings alone; whether an element is JSON is for its parser to say. */
class ElementSplitter {
  readonly #element = new ByteCollector(MAX_DOCUMENT_BYTES);
  #state: "start" | "before" | "inside" | "after" | "end" = "start";
  #isArray = false;
  #afterComma = false;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The byte that ended the element is its own closing bracket. */
  #closesElement = false;
  #position = 0;

  push(chunk: Uint8Array, emit: (element: Uint8Array | null) => void): void {
    let from = 0;
    for (let i = 0; i < chunk.byteLength; i++) {
      if (this.#state === "inside") i = this.#skip(chunk, i);
      if (i === chunk.byteLength) break;
      const byte = chunk[i]!;
      if (this.#state === "inside") {
        if (this.#isWithin(byte)) continue;
        const closes = this.#closesElement;
        this.#element.append(chunk.subarray(from, closes ? i + 1 : i));
        emit(this.#element.take());
        this.#state = this.#isArray ? "after" : "end";
        if (closes) continue;
      }
      if (byte <= 32 || (this.#state === "start" && BOM.has(byte))) continue;
      if (this.#between(byte, this.#position + i)) from = i;
    }
    if (this.#state === "inside") this.#element.append(chunk.subarray(from));
    this.#position += chunk.byteLength;
  }

  end(): void {
    if (this.#state !== "end") throw malformed("it ends early", this.#position);
  }

  /** The next byte that can change the state: most of a document is digits and commas of its vectors. */
  #skip(chunk: Uint8Array, from: number): number {
    if (this.#escaped || (this.#depth === 0 && !this.#inString)) return from;
    const plain = this.#inString ? PLAIN_IN_STRING : PLAIN;
    let at = from;
    while (at < chunk.byteLength && plain[chunk[at]!] === 1) at += 1;
    return at;
  }

  /** Whether the element goes on after this byte. */
  #isWithin(byte: number): boolean {
    this.#closesElement = false;
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return true;
    }
    if (byte === QUOTE) {
      this.#inString = true;
    } else if (isOpen(byte)) {
      this.#depth += 1;
    } else if (isClose(byte)) {
      // A bare number or word ends before the bracket of the array around it.
      if (this.#depth === 0) return false;
      this.#depth -= 1;
      this.#closesElement = this.#depth === 0;
      return this.#depth > 0;
    } else if (byte === COMMA) {
      return this.#depth > 0;
    }
    return true;
  }

  /** A byte between elements; true when it begins one. */
  #between(byte: number, position: number): boolean {
    if (this.#state === "start" && byte === OPEN_ARRAY) {
      this.#isArray = true;
      this.#state = "before";
      return false;
    }
    if (this.#isArray && byte === CLOSE_ARRAY && this.#state !== "end" && !this.#afterComma) {
      this.#state = "end";
      return false;
    }
    if (this.#state === "after" && byte === COMMA) {
      this.#state = "before";
      this.#afterComma = true;
      return false;
    }
    if (this.#state === "before" || (this.#state === "start" && byte === OPEN_OBJECT)) {
      if (byte === COMMA || isClose(byte)) throw malformed("an element is missing", position);
      this.#state = "inside";
      this.#afterComma = false;
      this.#isWithin(byte);
      return true;
    }
    const expected = { start: "an array or an object", after: "a comma or ']'", end: "the end" };
    throw malformed(`${expected[this.#state as keyof typeof expected]} is expected`, position);
  }
}

const malformed = (what: string, position: number): ShoalError =>
  new ShoalError("invalid_json", `The body is not a JSON array of documents: ${what} at byte ${position}.`, {
    position,
  });
