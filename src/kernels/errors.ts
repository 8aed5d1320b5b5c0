/** The module's memory budget would be passed: the task must be split, not tried again. */
export class OutOfMemory extends Error {
  override readonly name = "OutOfMemory";

  constructor(
    /** Bytes of the allocation that did not fit. */
    readonly bytesWanted: number,
    /** Bytes that the module's memory may reach. */
    readonly limitBytes: number,
  ) {
    super(`kernel memory: an allocation of ${bytesWanted} bytes would pass the limit of ${limitBytes} bytes`);
  }
}
