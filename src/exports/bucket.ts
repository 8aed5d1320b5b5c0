/** The S3-compatible store of an export: whole small files, large ones in parts that are read by ranges, one at a time. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { ShoalError } from "../domain/errors";
import type { OpenDestination } from "./destination";

export interface UploadedPart {
  number: number;
  etag: string;
}

export class ExportBucket {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor({ endpoint, region, accessKeyId, secretAccessKey, sessionToken, bucket, prefix }: OpenDestination) {
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#client = new S3Client({
      region,
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
      // Stores other than AWS are addressed by path: their certificates name no buckets.
      ...(endpoint && { endpoint, forcePathStyle: true }),
      // Checksums in trailers, the client's default, are refused by many stores.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      // Failures are tried again by the job.
      maxAttempts: 1,
    });
  }

  key(name: string): string {
    return this.#prefix + name;
  }

  /** `s3://bucket/key` */
  url(name: string): string {
    return `s3://${this.#bucket}/${this.key(name)}`;
  }

  /** Size of the object in bytes, or null. */
  async size(name: string): Promise<number | null> {
    try {
      const { ContentLength } = await this.#client.send(new HeadObjectCommand(this.#object(name)));
      return ContentLength ?? null;
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return null;
      throw told(error, this.url(name));
    }
  }

  async put(name: string, bytes: Uint8Array, contentType: string): Promise<void> {
    await this.#send(name, () =>
      this.#client.send(new PutObjectCommand({ ...this.#object(name), Body: bytes, ContentType: contentType })),
    );
  }

  async begin(name: string, contentType: string): Promise<string> {
    const { UploadId } = await this.#send(name, () =>
      this.#client.send(new CreateMultipartUploadCommand({ ...this.#object(name), ContentType: contentType })),
    );
    if (!UploadId) throw new Error(`${this.url(name)}: the store began no upload`);
    return UploadId;
  }

  async part(name: string, uploadId: string, number: number, bytes: Uint8Array): Promise<UploadedPart> {
    const request = { ...this.#object(name), UploadId: uploadId, PartNumber: number, Body: bytes };
    const { ETag } = await this.#send(name, () => this.#client.send(new UploadPartCommand(request)));
    if (!ETag) throw new Error(`${this.url(name)}: the store answered no tag for part ${number}`);
    return { number, etag: ETag };
  }

  async complete(name: string, uploadId: string, parts: UploadedPart[]): Promise<void> {
    const MultipartUpload = { Parts: parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag })) };
    const request = { ...this.#object(name), UploadId: uploadId, MultipartUpload };
    await this.#send(name, () => this.#client.send(new CompleteMultipartUploadCommand(request)));
  }

  /** Gives an upload up; one that is gone is no error. */
  async abort(name: string, uploadId: string): Promise<void> {
    const request = { ...this.#object(name), UploadId: uploadId };
    await this.#client.send(new AbortMultipartUploadCommand(request)).catch(() => undefined);
  }

  #object(name: string) {
    return { Bucket: this.#bucket, Key: this.key(name) };
  }

  async #send<T>(name: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw told(error, this.url(name));
    }
  }
}

/** What waiting does not mend is refused; the rest is tried again. */
function told(error: unknown, url: string): unknown {
  if (!(error instanceof S3ServiceException)) return error;
  const { httpStatusCode: status = 500 } = error.$metadata;
  const message = `${url}: the store answered ${error.name}${status ? ` (${status})` : ""}`;
  if (status >= 500 || status === 429 || error.name === "NoSuchUpload" || error.name === "RequestTimeout")
    return new Error(message);
  return new ShoalError("export_refused", message, { url, status, store_code: error.name });
}
