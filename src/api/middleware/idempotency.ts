/** Idempotency-Key: a repeat of a POST gets the first answer again, for 24 hours; another body is refused. */
import { createHash, type Hash } from "node:crypto";
import * as kept from "../../db/idempotency";
import { ShoalError } from "../../domain/errors";
import { newId } from "../../domain/ids";
import { type AppContext, services } from "../context";
import { fingerprintOf } from "./body";

const MAX_KEY = 255;
/** Larger answers are not kept (none of an operation that changes something is): their requests run again. */
const KEPT_BYTES = 4 * 1024 * 1024;
const RENEW_MS = kept.LOCK_MS / 3;

/** What an operation that takes an upload is given. */
export interface IdempotentUpload {
  stream: ReadableStream<Uint8Array>;
  /** The id that the batch must be committed under. */
  batchId: string;
  /** To be awaited when the stream was read whole and its batch is about to be committed. */
  beforeCommit(): Promise<void>;
  /**
   * The batch that a crashed attempt with the same key may have committed. `confirm` reads the body and refuses it unless
   * it is the one that was committed.
   */
  earlier: { batchId: string; confirm(): Promise<void> } | null;
}

export async function idempotent(
  c: AppContext,
  fingerprint: string,
  answer: () => Promise<Response>,
): Promise<Response> {
  const claim = claimOf(c, fingerprint);
  if (!claim) return answer();
  const claimed = await kept.claimKey(services(c).db, claim, Date.now());
  if (claimed.kind === "claimed") return hold(c, claim, answer, () => fingerprint);
  if (claimed.request.requestHash !== fingerprint) throw reused();
  return replay(c, claim, claimed.request);
}

/** The same for a streamed body, whose fingerprint is known only when it has been read. */
export async function idempotentUpload(
  c: AppContext,
  stream: ReadableStream<Uint8Array>,
  answer: (upload: IdempotentUpload) => Promise<Response>,
): Promise<Response> {
  const batchId = newId("batch");
  const claim = claimOf(c, null);
  if (!claim) return answer({ stream, batchId, beforeCommit: async () => {}, earlier: null });

  const { db } = services(c);
  const body = new HashedBody(stream, fingerprintOf(c));
  const sameAs = async (requestHash: string | null) => {
    if ((await body.digest()) !== requestHash) throw reused();
  };
  const claimed = await kept.claimKey(db, claim, Date.now());
  if (claimed.kind === "kept") {
    if (claimed.request.status === null) throw inProgress();
    await sameAs(claimed.request.requestHash);
    return replay(c, claim, claimed.request);
  }
  const { earlier } = claimed;
  const run = () =>
    answer({
      stream: body.stream,
      batchId,
      beforeCommit: async () => kept.noteCommit(db, claim, await body.digest(), batchId),
      earlier: earlier?.batchId ? { batchId: earlier.batchId, confirm: () => sameAs(earlier.requestHash) } : null,
    });
  return hold(c, claim, run, () => body.digest());
}

/** Runs the request while holding the key, then keeps its answer, or gives the key back where a repeat must run anew. */
async function hold(
  c: AppContext,
  claim: kept.Claim,
  answer: () => Promise<Response>,
  requestHash: () => string | Promise<string>,
): Promise<Response> {
  const { db } = services(c);
  const renewal = setInterval(() => void kept.renewKey(db, claim, Date.now()).catch(() => {}), RENEW_MS);
  const work = (async () => {
    try {
      const response = await answer();
      // The work is done: that its answer could not be kept must not look as if it had failed.
      await settle(response).catch((error: unknown) => console.error("answer not kept", c.get("requestId"), error));
      return response;
    } catch (error) {
      // A refusal changed nothing: running the request again gives it again.
      await kept.releaseKey(db, claim);
      throw error;
    } finally {
      clearInterval(renewal);
    }
  })();
  // The client may hang up; what it asked for is finished and kept all the same.
  c.executionCtx.waitUntil(work.catch(() => {}));
  return work;

  async function settle(response: Response): Promise<void> {
    const contentType = response.headers.get("content-type") ?? "";
    // A table is read, not made: reading it again gives it again, with its headers.
    const isKept = response.ok && contentType.startsWith("application/json");
    const body = isKept ? await collect(response.clone()) : null;
    if (body === null) return kept.releaseKey(db, claim);
    const { status } = response;
    await kept.keepAnswer(db, claim, { requestHash: await requestHash(), status, contentType, body });
  }
}

async function replay(c: AppContext, claim: kept.Claim, request: kept.KeptRequest): Promise<Response> {
  if (request.status === null) throw inProgress();
  const body = await kept.keptBody(services(c).db, claim.id);
  c.header("Idempotency-Replayed", "true");
  return c.body(body, request.status as 200, { "Content-Type": request.contentType ?? "application/json" });
}

function claimOf(c: AppContext, requestHash: string | null): kept.Claim | null {
  const key = c.req.header("idempotency-key");
  if (key === undefined) return null;
  if (key.length === 0 || key.length > MAX_KEY) {
    const msg = `must have 1 to ${MAX_KEY} characters, got ${key.length}`;
    throw new ShoalError("validation_failed", `Idempotency-Key ${msg}`, null, [
      { loc: ["header", "Idempotency-Key"], msg, type: "string_length" },
    ]);
  }
  const namespaceId = c.get("namespace")?.id ?? null;
  const scope = JSON.stringify([c.var.auth.keyId, namespaceId, c.req.path, key]);
  const id = createHash("sha256").update(scope).digest("hex");
  return { id, attempt: crypto.randomUUID(), namespaceId, requestHash };
}

/** A body that is digested while someone reads it, to its end even where the reader stops before. */
class HashedBody {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #source: ReadableStreamDefaultReader<Uint8Array>;
  readonly #hash: Hash;
  #digest: string | null = null;

  constructor(source: ReadableStream<Uint8Array>, hash: Hash) {
    this.#source = source.getReader();
    this.#hash = hash;
    this.stream = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const chunk = await this.#next();
          if (chunk) controller.enqueue(chunk);
          else controller.close();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Reads what is left and returns the digest of the whole. */
  async digest(): Promise<string> {
    while (this.#digest === null) await this.#next();
    return this.#digest;
  }

  async #next(): Promise<Uint8Array | null> {
    const { done, value } = await this.#source.read();
    if (!done) this.#hash.update(value);
    else this.#digest ??= this.#hash.digest("hex");
    return value ?? null;
  }
}

/** The whole body, or null when it is too large to keep. */
async function collect(response: Response): Promise<Uint8Array | null> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > KEPT_BYTES) return null;
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

const inProgress = () =>
  new ShoalError(
    "idempotency_in_progress",
    "A request with this Idempotency-Key is still running; try again shortly.",
    {
      retry_after_seconds: 1,
    },
  );

const reused = () =>
  new ShoalError("idempotency_key_reused", "This Idempotency-Key was used with another body; take a new key.");
