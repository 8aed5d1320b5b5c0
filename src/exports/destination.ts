/** Where artifacts are exported to: a bucket of any S3-compatible store, with credentials that only the deployment knows. */
import type { ExportDestination } from "../domain/definition/export";
import { ShoalError } from "../domain/errors";
import type { Env } from "../env";
import { isLocal } from "../env";
import { assertPublicUrl } from "../net/public-url";

/** A destination with what the deployment knows of it: never stored, never answered. */
export interface OpenDestination {
  bucket: string;
  /** Empty, or ending in a slash. */
  prefix: string;
  endpoint: string | null;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | null;
}

const list = (text: string | undefined): string[] => (text ?? "").split(/[\s,]+/).filter((one) => one !== "");

/**
 * Looks the credentials up and checks that they may be used so. Beside `…_ACCESS_KEY_ID` and `…_SECRET_ACCESS_KEY` a deployment may set
 * `…_SESSION_TOKEN`, `…_ENDPOINT` (then no other endpoint is served), `…_REGION`, `…_BUCKETS` and `…_NAMESPACES` (lists; then no others).
 * @throws ShoalError `not_configured`, `validation_failed`
 */
export function openDestination(env: Env, namespaceId: string, destination: ExportDestination): OpenDestination {
  const { bucket, credentials } = destination;
  const setting = (name: string): string | undefined => {
    const value = (env as unknown as Record<string, unknown>)[`${credentials}_${name}`];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const accessKeyId = setting("ACCESS_KEY_ID");
  const secretAccessKey = setting("SECRET_ACCESS_KEY");
  const namespaces = list(setting("NAMESPACES"));
  // One answer for both: whether credentials exist is not another namespace's to know.
  if (!accessKeyId || !secretAccessKey || (namespaces.length > 0 && !namespaces.includes(namespaceId)))
    throw new ShoalError(
      "not_configured",
      `This deployment has no credentials "${credentials}" for exports: set the secrets ${credentials}_ACCESS_KEY_ID and ${credentials}_SECRET_ACCESS_KEY.`,
      { field: "credentials", value: credentials },
    );
  const buckets = list(setting("BUCKETS"));
  if (buckets.length > 0 && !buckets.includes(bucket))
    throw refused("bucket", bucket, `is not a bucket that the credentials "${credentials}" are for`);
  const bound = setting("ENDPOINT");
  const endpoint = destination.endpoint ?? bound ?? null;
  if (bound && endpoint !== bound)
    throw refused("endpoint", endpoint, `is not the endpoint that the credentials "${credentials}" are for`);
  if (endpoint && !bound) assertPublicUrl(endpoint, { allowLocal: isLocal(env) });
  const trimmed = destination.prefix.replace(/^\/+|\/+$/g, "");
  return {
    bucket,
    prefix: trimmed === "" ? "" : `${trimmed}/`,
    endpoint,
    region: destination.region ?? setting("REGION") ?? "us-east-1",
    accessKeyId,
    secretAccessKey,
    sessionToken: setting("SESSION_TOKEN") ?? null,
  };
}

const refused = (field: string, value: unknown, why: string): ShoalError =>
  new ShoalError("validation_failed", `export.${field}: ${JSON.stringify(value)} ${why}.`, { field, value });
