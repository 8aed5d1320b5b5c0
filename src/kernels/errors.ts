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

/** A parameter with which these rows have no result, as only the computation can tell: the caller's to change. */
export class InvalidParameter extends RangeError {
  override readonly name = "InvalidParameter";

  constructor(
    /** As the reference library spells it. */
    readonly parameter: string,
    message: string,
  ) {
    super(message);
  }
}
