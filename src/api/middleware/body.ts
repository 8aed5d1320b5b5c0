/** Reading request bodies within their limits, whether the client names a length or sends chunks. */
import { createHash } from "node:crypto";
import { ShoalError } from "../../domain/errors";
import type { AppContext } from "../context";

const MB = 1024 * 1024;
/** JSON bodies of every operation that does not say otherwise. */
export const JSON_LIMIT = 5 * MB;
/** Documents in JSON: what one RPC to the collection's store takes (32 MiB) bounds it. */
export const DOCUMENTS_LIMIT = 32 * MB;
/** A streamed import: the platform's own limit of a request body. https://developers.cloudflare.com/workers/platform/limits/ */
export const IMPORT_LIMIT = 100 * MB;

/**
 * The body's text and the request's fingerprint. Chunks are decoded as they come, so that bytes and text are not both held
 * whole. The media type is not looked at: what an operation takes is JSON.
 */
export async function readText(c: AppContext, limit: number): Promise<{ text: string; fingerprint: string }> {
  const hash = fingerprintOf(c);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch {
      throw new ShoalError("invalid_json", "The body is not UTF-8 text.");
    }
  };
  let text = "";
  for await (const chunk of limitStream(c, limit)) {
    hash.update(chunk);
    text += decode(chunk);
  }
  text += decode();
  return { text, fingerprint: hash.digest("hex") };
}

/** The value of a JSON text; `{}` where there is none, as of clients that send an empty body or `null`. */
export function parseJson(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) ?? {};
  } catch (error) {
    throw new ShoalError("invalid_json", `The body is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

/** Starts the digest of a request: its query belongs to it, its body follows. */
export function fingerprintOf(c: AppContext) {
  return createHash("sha256").update(new URL(c.req.url).search).update("\n");
}

/** The body as a stream that fails with 413 as soon as it is known to pass the limit. */
export function limitStream(c: AppContext, limit: number): ReadableStream<Uint8Array> {
  const announced = Number(c.req.header("content-length") ?? 0);
  if (announced > limit) throw tooLarge(limit, announced);
  const body = c.req.raw.body as ReadableStream<Uint8Array> | null;
  if (!body) return new ReadableStream({ start: (controller) => controller.close() });
  let seen = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        seen += chunk.byteLength;
        if (seen > limit) throw tooLarge(limit, seen);
        controller.enqueue(chunk);
      },
    }),
  );
}

function tooLarge(limit: number, size: number): ShoalError {
  return new ShoalError("payload_too_large", `The body has ${size} bytes or more; this operation takes ${limit}.`, {
    limit_bytes: limit,
    size_bytes: size,
  });
}
