/** Column batches to Parquet bytes, streamed through parquet-wasm. */
import {
  Compression,
  EnabledStatistics,
  initSync,
  type RecordBatch,
  Table,
  transformParquetStream,
  type WriterProperties,
  WriterPropertiesBuilder,
  wasmMemory,
} from "parquet-wasm/esm";
import { batchToIpc } from "./arrow";
import { type ColumnBatch, rebatch, type TableSpec } from "./tables";

let parquetModule: WebAssembly.Module | null = null;
let ready = false;

/**
 * Names the compiled parquet-wasm module; must be called once before a table is written. It is instantiated at the first
 * write, so that an isolate that only reads pays neither time nor memory. `parquet-module.ts` does this for a Worker.
 */
export function initParquet(module: WebAssembly.Module): void {
  parquetModule = module;
}

/** Bytes of the writer's WebAssembly memory now (0 before the first write); it never shrinks. */
export function parquetMemoryBytes(): number {
  return ready ? wasmMemory().buffer.byteLength : 0;
}

/**
 * The batches as the bytes of one Parquet file, its row groups `groupRows` rows each whatever the batches' sizes: equal
 * rows give equal bytes. Memory: one row group, as JavaScript values, as Arrow and encoded. An error of `batches` ends
 * the iteration with that error.
 */
export async function* parquetStream(
  spec: TableSpec,
  batches: AsyncIterable<ColumnBatch>,
  groupRows: number,
): AsyncGenerator<Uint8Array> {
  instantiate();
  const groups = rebatch(spec, batches, groupRows);
  let failure: { error: unknown } | null = null;
  const source = new ReadableStream<RecordBatch>(
    {
      async pull(controller) {
        try {
          const next = await groups.next();
          if (next.done) controller.close();
          else controller.enqueue(toRecordBatch(spec, next.value));
        } catch (error) {
          // The writer is told of an end, not of an error, so that its Rust side always finishes cleanly.
          failure = { error };
          controller.close();
        }
      },
    },
    { highWaterMark: 0 },
  );
  try {
    const written: ReadableStream<Uint8Array> = await transformParquetStream(source, writerProperties(spec, groupRows));
    for await (const chunk of written) {
      if (failure) break;
      yield chunk;
    }
    throwIf(failure);
  } catch (error) {
    throwIf(failure);
    throw error;
  } finally {
    await groups.return(undefined);
  }
}

/** A function of its own, since control flow analysis does not see assignments made in callbacks. */
function throwIf(failure: { error: unknown } | null): void {
  if (failure) throw failure.error;
}

function instantiate(): void {
  if (ready) return;
  if (!parquetModule) throw new Error("initParquet was not called: no Parquet writer in this isolate");
  initSync({ module: parquetModule });
  ready = true;
}

function toRecordBatch(spec: TableSpec, batch: ColumnBatch): RecordBatch {
  const table = Table.fromIPCStream(batchToIpc(spec, batch));
  const [record] = table.recordBatches();
  table.free();
  if (!record) throw new Error("Arrow IPC held no record batch");
  return record;
}

function writerProperties(spec: TableSpec, groupRows: number): WriterProperties {
  let builder = new WriterPropertiesBuilder()
    .setCreatedBy("shoal")
    .setCompression(Compression.SNAPPY)
    .setDictionaryEnabled(false)
    .setStatisticsEnabled(EnabledStatistics.Chunk)
    .setMaxRowGroupSize(groupRows);
  for (const { name, dictionary } of spec.columns) {
    if (dictionary) builder = builder.setColumnDictionaryEnabled(name, true);
  }
  return builder.build();
}
