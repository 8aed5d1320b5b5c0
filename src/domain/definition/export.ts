/** Where a cluster's artifacts are copied to: a bucket of any S3-compatible store. */
import { z } from "zod";

export const ExportDestination = z.object({
  bucket: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{1,254}$/, "must be the name of a bucket"),
  /** What the keys begin with; a slash is put after it. */
  prefix: z.string().max(512).default(""),
  /** Of the store; AWS itself where it is left out and the credentials name none. */
  endpoint: z.string().max(2048).nullish(),
  region: z.string().min(1).max(64).nullish(),
  /** Name of the deployment's credentials: `S3` stands for the secrets S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY. */
  credentials: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,31}$/, "must be a name in capitals, such as S3")
    .default("S3"),
});
export type ExportDestination = z.output<typeof ExportDestination>;
