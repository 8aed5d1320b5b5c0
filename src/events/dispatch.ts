/** An event → the jobs of everyone who wants to hear of it. */
import type { JobHandler, NewJob } from "../jobs/contract";
import { enqueue } from "../jobs/enqueue";
import type { ShoalEvent } from "./contract";
import { SUBSCRIBERS } from "./subscribers";

/** Subscribers only read and name jobs whose ids follow from the event's: telling it twice makes them once. */
export const dispatchEvent: JobHandler<{ event: ShoalEvent }> = {
  maxAttempts: 12,
  async step(context, { state: { event } }) {
    const wanted: NewJob[] = [];
    for (const subscriber of SUBSCRIBERS) wanted.push(...(await subscriber(context, event)));
    await enqueue(context.env, context.db, wanted);
    return { done: true };
  },
};
