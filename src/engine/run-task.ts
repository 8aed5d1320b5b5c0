/** Runs one leased task: opens the workspace, computes, makes its writes durable. Knows no queue and no Durable Object. */
import type { StageResults } from "../domain/run/results";
import type { TaskProgress, TaskRef } from "../domain/run/types";
import { keys } from "../objects/keys";
import type { ObjectStore } from "../objects/object-store";
import { type FrozenReader, Pulse, type TaskContext } from "./context";
import type { Claim, TaskOutcome } from "./contract";
import type { Idle } from "./lock";
import { meteredReader, meteredStore } from "./metered";
import type { Language } from "./naming/language";
import { Scratch } from "./scratch";
import { STAGES } from "./stages";
import { trackContext } from "./tracks";
import type { Workspace } from "./workspace";

export interface TaskServices {
  objects: ObjectStore;
  workspace: Workspace;
  collection(namespaceId: string, collectionId: string): FrozenReader;
  /** Gives the isolate to others while it waits; just waits unless given. */
  idle?: Idle;
  language: Language;
  progress(task: TaskRef, progress: TaskProgress): Promise<"continue" | "stop">;
}

export async function runTask(
  task: TaskRef,
  { spec, plan, inputs }: Claim & { kind: "run" },
  services: TaskServices,
): Promise<Omit<TaskOutcome, "more">> {
  const { workspace } = services;
  const stage = plan.stages[task.stage];
  if (!stage) throw new RangeError(`the plan has no stage ${task.stage}`);
  const implementation = STAGES[stage.kind];
  const run = task.part === "map" ? implementation.map : implementation.reduce;
  if (!run) throw new TypeError(`stage ${stage.kind} has no ${task.part}`);

  // What an isolate holds is one track's: the next one's rows have the same names.
  const held = stage.track === undefined ? spec : { ...spec, runId: `${spec.runId}/${stage.track}` };
  workspace.open(held);
  const pulse = new Pulse((progress) => services.progress(task, progress));
  const objects = meteredStore(services.objects, pulse);
  const scratch = new Scratch(objects, keys.scratch(spec.namespaceId, spec.runId), workspace.memory);
  const whole: TaskContext = {
    spec,
    plan,
    stage,
    task,
    span: inputs.span,
    inputs,
    results: inputs.stages as StageResults,
    scratch,
    objects,
    workspace,
    kernels: workspace.kernels,
    pulse,
    idle: async (wait) => {
      try {
        return await (services.idle ? services.idle(wait) : wait());
      } finally {
        // Another run may have been here meanwhile.
        workspace.open(held);
      }
    },
    language: services.language,
    collection: (collectionId) => meteredReader(services.collection(spec.namespaceId, collectionId), pulse),
  };
  const context = stage.track === undefined ? whole : trackContext(whole, stage.track);
  try {
    const result = await run(context);
    await scratch.settle();
    return {
      result,
      cpuMs: pulse.cpuMs,
      memoryBytes: workspace.kernels.memoryBytes,
      build: workspace.kernels.relaxed ? "relaxed" : "plain",
    };
  } finally {
    workspace.tidy();
  }
}
