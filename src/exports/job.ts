/** Copies a run's artifacts, file by file and part by part; the manifest goes last, so that what it lists is there. */

import type { ExportDestination } from "../domain/definition/export";
import { ShoalError } from "../domain/errors";
import type { Job, JobContext, JobHandler, Step } from "../jobs/contract";
import { keys } from "../objects/keys";
import type { ObjectStore } from "../objects/object-store";
import { ExportBucket, type UploadedPart } from "./bucket";
import { openDestination } from "./destination";

/** Parts of this size are held one at a time; 10,000 of them are the most that an upload may have. */
export const PART_BYTES = 8 * 1024 * 1024;
/** Parts of one step: some seconds. */
const PARTS_A_STEP = 4;
/** Two days, by the growing pauses: the outage of a store should not cost an export. */
const MAX_ATTEMPTS = 40;

export interface ExportState {
  clusterId: string;
  runId: string;
  destination: ExportDestination;
  /** Names of the files; null until they are listed. */
  files: { name: string; bytes: number }[] | null;
  /** How many are copied. */
  done: number;
  /** Of the file under way, where it goes in parts. */
  upload: { id: string; parts: UploadedPart[] } | null;
}

export const newExport = (clusterId: string, runId: string, destination: ExportDestination): ExportState => ({
  clusterId,
  runId,
  destination,
  files: null,
  done: 0,
  upload: null,
});

export const exportRun: JobHandler<ExportState> = {
  maxAttempts: MAX_ATTEMPTS,

  async step(context, job) {
    const { state, namespaceId } = job;
    const bucket = new ExportBucket(openDestination(context.env, namespaceId, state.destination));
    if (!state.files) return { done: false, state: { ...state, files: await listed(context.objects, job) } };
    const file = state.files[state.done];
    if (!file) return { done: true, outputs: outputsOf(state, bucket) };
    const source = keys.run(namespaceId, state.clusterId, state.runId) + file.name;
    const target = targetOf(state, file.name);
    const next = await copy(context.objects, bucket, source, target, file.bytes, state.upload);
    if (next) return going({ ...state, upload: next });
    const found = await bucket.size(target);
    if (found !== file.bytes)
      throw new Error(`${bucket.url(target)} has ${found ?? "no"} bytes after its upload, not ${file.bytes}`);
    return going({ ...state, upload: null, done: state.done + 1 });
  },

  async givenUp({ env }, { state, namespaceId }) {
    const file = state.files?.[state.done];
    if (!file || !state.upload) return;
    const bucket = new ExportBucket(openDestination(env, namespaceId, state.destination));
    await bucket.abort(targetOf(state, file.name), state.upload.id);
  },
};

const targetOf = ({ clusterId, runId }: ExportState, name: string): string => `${clusterId}/${runId}/${name}`;

const going = (state: ExportState): Step<ExportState> => ({
  done: false,
  state,
  progress: { files: state.files?.length ?? 0, files_exported: state.done },
});

function outputsOf(state: ExportState, bucket: ExportBucket): Record<string, unknown>[] {
  return (state.files ?? []).map(({ name, bytes }) => ({ url: bucket.url(targetOf(state, name)), bytes }));
}

const MANIFEST = "manifest.json";

async function listed(objects: ObjectStore, { namespaceId, state }: Job<ExportState>) {
  const prefix = keys.run(namespaceId, state.clusterId, state.runId);
  const { objects: found } = await objects.list(prefix);
  const files = found.map(({ key, size }) => ({ name: key.slice(prefix.length), bytes: size }));
  if (!files.some(({ name }) => name === MANIFEST))
    throw new ShoalError("artifacts_not_found", `The run ${state.runId} has no artifacts (any more).`, {
      run_id: state.runId,
    });
  const order = ({ name }: { name: string }) => (name === MANIFEST ? 1 : 0);
  return files.sort((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1));
}

/** Copies some of the file; answers how far an upload in parts has come, or null once the file is whole. */
async function copy(
  objects: JobContext["objects"],
  bucket: ExportBucket,
  source: string,
  target: string,
  bytes: number,
  upload: ExportState["upload"],
): Promise<ExportState["upload"]> {
  const type = target.endsWith(".json") ? "application/json" : "application/vnd.apache.parquet";
  const read = async (from: number, to: number) => {
    const found = await objects.range(source, from, to - from);
    if (found?.byteLength === to - from) return found;
    throw new ShoalError("artifacts_not_found", `The artifact ${source} is gone or has changed.`, { key: source });
  };
  if (bytes <= PART_BYTES) {
    await bucket.put(target, await read(0, bytes), type);
    return null;
  }
  const { id, parts } = upload ?? { id: await bucket.begin(target, type), parts: [] };
  const made = [...parts];
  const total = Math.ceil(bytes / PART_BYTES);
  while (made.length < total && made.length < parts.length + PARTS_A_STEP) {
    const from = made.length * PART_BYTES;
    const body = await read(from, Math.min(from + PART_BYTES, bytes));
    made.push(await bucket.part(target, id, made.length + 1, body));
  }
  if (made.length < total) return { id, parts: made };
  await bucket.complete(target, id, made);
  return null;
}
