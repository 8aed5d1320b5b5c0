/**
 * Process whose memory is measured: `consumer FOLDER`. It works all tasks of one run as a compute isolate does, with the
 * consumer's own code and one workspace. Tells its parent `ready`, starts on any message, and tells how the run ended.
 */
import type { Claim, RunCoordinatorApi } from "../../../src/engine/contract";
import { type CoordinatorLink, work } from "../../../src/engine/work";
import { kmeansSpec } from "../../../test/engine/fixtures";
import { World } from "../../../test/engine/harness";
import { COLLECTION_ID, FEATURE, WrittenCollection } from "./collection";
import { DiskObjectStore } from "./disk-object-store";

type NextTask = Awaited<ReturnType<RunCoordinatorApi["complete"]>>;

/** What the isolate works at, for the one who measures. */
const state = globalThis as unknown as { stage: string };
state.stage = "idle";

function enter(stage: number, claim: Claim): void {
  if (claim.kind === "run") state.stage = claim.plan.stages[stage]!.kind;
}

const objects = new DiskObjectStore(process.argv[2]!);
const collection = await WrittenCollection.open(objects);
const { dimensions } = collection.index;
const spec = kmeansSpec(
  {
    collections: [{ collectionId: COLLECTION_ID }],
    features: [{ ...FEATURE, dimensions, weight: 1 }],
    normalize: false,
  },
  { n_clusters: 50, n_init: 1, max_iter: 10 },
);
const world = new World(spec, new Map([[COLLECTION_ID, collection]]), {}, {}, objects);

/** Claims are cloned, as an RPC does. */
const link: CoordinatorLink = {
  claim: async (task) => {
    const claim = structuredClone(await world.coordinator.claim(task));
    enter(task.stage, claim);
    return claim;
  },
  complete: async (task, outcome) => {
    const next: NextTask = structuredClone(await world.coordinator.complete(task, outcome));
    if (next) enter(next.task.stage, next.claim);
    return next;
  },
  progress: (task, told) => world.coordinator.progress(task, told),
  fail: (task, failure) => world.coordinator.fail(task, failure),
};
world.deliver = async (message) => void (await work(message, world.workServices(link)));

// Listening keeps the process, and with it what is measured, until its parent ends it or goes.
process.on("message", async () => {
  const { status, errorMessage, numClusters, metrics } = await world.run();
  process.send!({ status, errorMessage, numClusters, metrics, log: world.log });
});
process.send!("ready");
