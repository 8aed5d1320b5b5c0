/** Files that samples name: signed where they lie in S3, fetched only from public addresses, and bounded. */
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { ShoalError } from "../domain/errors";
import { LlmError, type Media } from "../labeling/llm/contract";
import { publicFetch } from "../net/public-fetch";
import { urlProblem } from "../net/public-url";

export interface FileEnv {
  ENVIRONMENT: string;
  AWS_ACCESS_KEY_ID?: string;
  AWS_SECRET_ACCESS_KEY?: string;
  AWS_SESSION_TOKEN?: string;
  AWS_REGION?: string;
  /** Buckets, between commas, whose files models may be shown; every bucket where it is not set. */
  AWS_BUCKETS?: string;
  DNS_OVER_HTTPS_URL?: string;
  /** Of an S3-compatible store; Amazon's own where it is not set. */
  S3_ENDPOINT?: string;
}

const SIGNED_SECONDS = 3_600;
/** Of one file. */
const FILE_BYTES = 8 * 1024 * 1024;
const FILE_MS = 20_000;

const policy = ({ ENVIRONMENT }: FileEnv) => ({ allowLocal: ENVIRONMENT === "local" });

/** Why a model cannot be shown the file, or null where it can. */
export function fileProblem({ url }: Media, env: FileEnv): string | null {
  if (url.startsWith("s3://")) {
    const bucket = url.split("/")[2] ?? "";
    if (!env.AWS_ACCESS_KEY_ID || !env.AWS_SECRET_ACCESS_KEY)
      return "s3:// addresses need the secrets AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    const allowed = env.AWS_BUCKETS?.split(/[\s,]+/).filter((name) => name !== "");
    return allowed && !allowed.includes(bucket)
      ? `AWS_BUCKETS of this deployment does not name the bucket ${bucket}`
      : null;
  }
  const problem = urlProblem(url, policy(env));
  return problem && `the address ${problem}`;
}

/** The address that a provider is given. A signature lasts for an hour. */
export async function fileAddress({ url }: Media, env: FileEnv): Promise<string> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
  if (!url.startsWith("s3://")) return url;
  if (!bucket || !key) throw new LlmError("rejected", "an s3:// address names a bucket and a key");
  const client = new S3Client({
    region: env.AWS_REGION ?? "us-east-1",
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? "",
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? "",
      ...(env.AWS_SESSION_TOKEN && { sessionToken: env.AWS_SESSION_TOKEN }),
    },
    ...(env.S3_ENDPOINT && { endpoint: env.S3_ENDPOINT, forcePathStyle: true }),
  });
  return getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: SIGNED_SECONDS });
}

/** @throws LlmError `rejected`: the request will not do with this file */
export async function downloadFile(
  url: URL,
  env: FileEnv,
  fetcher: typeof fetch,
): Promise<{ data: Uint8Array; mediaType: string | undefined }> {
  const outbound = { ...policy(env), fetch: fetcher, resolver: env.DNS_OVER_HTTPS_URL ?? null };
  const answer = await publicFetch(outbound, url.href, { timeoutMs: FILE_MS, maxBytes: FILE_BYTES }).catch(
    (error: unknown) => {
      const why = error instanceof ShoalError ? `: ${error.message}` : "";
      throw new LlmError("rejected", `a file could not be fetched${why}`);
    },
  );
  if (answer.status !== 200)
    throw new LlmError("rejected", `a file could not be fetched: its server answered ${answer.status}`);
  if (answer.cut) throw new LlmError("rejected", `a file is larger than ${FILE_BYTES} bytes`);
  return { data: answer.body, mediaType: answer.headers.get("content-type")?.split(";")[0] };
}
