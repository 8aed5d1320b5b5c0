import { describe, expect, it } from "vitest";
import { type MultipartTarget, PART_BYTES, PartWriter } from "../../src/objects/r2";

/** Keeps parts apart until they are completed, as R2 does. */
class FakeTarget implements MultipartTarget {
  readonly objects = new Map<string, Uint8Array>();
  readonly uploads = new Map<string, Uint8Array[]>();

  async create(key: string) {
    this.uploads.set(key, []);
    return `upload-of-${key}`;
  }
  async part(key: string, _uploadId: string, number: number, bytes: Uint8Array) {
    this.uploads.get(key)![number - 1] = bytes;
    return { partNumber: number, etag: String(bytes.byteLength) };
  }
  async complete(key: string, _uploadId: string, parts: R2UploadedPart[]) {
    const chunks = this.uploads.get(key)!;
    expect(parts.map((part) => part.partNumber)).toEqual(chunks.map((_, i) => i + 1));
    this.objects.set(key, Buffer.concat(chunks));
    this.uploads.delete(key);
  }
  async abort(key: string) {
    this.uploads.delete(key);
  }
  async put(key: string, bytes: Uint8Array) {
    this.objects.set(key, bytes);
  }
}

function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31) & 255;
  return bytes;
}

async function writeInChunks(target: FakeTarget, bytes: Uint8Array, chunk: number): Promise<number> {
  const writer = new PartWriter("k", target);
  for (let i = 0; i < bytes.length; i += chunk) await writer.write(bytes.subarray(i, i + chunk));
  return writer.close();
}

describe("PartWriter", () => {
  it.each([
    [0, 1],
    [1, 1],
    [PART_BYTES, 1_000_003],
    [PART_BYTES + 1, PART_BYTES + 1],
    [3 * PART_BYTES, 777_777],
    [2 * PART_BYTES + 5, 12_345_678],
  ])("writes %i bytes in chunks of %i as they came", async (length, chunk) => {
    const target = new FakeTarget();
    const bytes = pattern(length);
    expect(await writeInChunks(target, bytes, chunk)).toBe(length);
    expect(Buffer.compare(Buffer.from(target.objects.get("k")!), Buffer.from(bytes))).toBe(0);
  });

  it("sends parts of equal size but the last, as R2 demands", async () => {
    const target = new FakeTarget();
    const writer = new PartWriter("k", target);
    for (let i = 0; i < 11; i++) await writer.write(pattern(1_234_567));
    const sizes = target.uploads.get("k")!.map((part) => part.byteLength);
    expect(sizes).toEqual(sizes.map(() => PART_BYTES));
    await writer.close();
  });

  it("leaves nothing at the key when it is aborted", async () => {
    const target = new FakeTarget();
    const writer = new PartWriter("k", target);
    await writer.write(pattern(2 * PART_BYTES));
    await writer.abort();
    expect([target.objects.size, target.uploads.size]).toEqual([0, 0]);
  });
});
