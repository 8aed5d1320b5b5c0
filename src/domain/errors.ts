/**
 * The one error vocabulary. Code anywhere throws a `ShoalError`; `src/api/errors.ts` is the only place that renders one.
 *
 * `code` is the stable, fine-grained name that a client may switch on. `details` names the field, the value and the limit.
 */
export type ErrorCode = keyof typeof ERRORS;

type Kind = readonly [status: number, type: string];

const BAD_REQUEST: Kind = [400, "BadRequestError"];
const UNAUTHORIZED: Kind = [401, "UnauthorizedError"];
const FORBIDDEN: Kind = [403, "ForbiddenError"];
const NOT_FOUND: Kind = [404, "NotFoundError"];
const CONFLICT: Kind = [409, "AlreadyExistsError"];
const TOO_LARGE: Kind = [413, "PayloadTooLargeError"];
const VALIDATION: Kind = [422, "ValidationError"];
const TOO_MANY: Kind = [429, "TooManyRequestsError"];
const INTERNAL: Kind = [500, "InternalServerError"];
const UNAVAILABLE: Kind = [503, "ServiceUnavailableError"];

/** Every code that an answer may carry, with its HTTP status and error class. */
export const ERRORS = {
  bad_request: BAD_REQUEST,
  invalid_json: BAD_REQUEST,
  invalid_cursor: BAD_REQUEST,
  namespace_required: BAD_REQUEST,
  run_not_cancelable: BAD_REQUEST,
  missing_api_key: UNAUTHORIZED,
  invalid_api_key: UNAUTHORIZED,
  missing_scope: FORBIDDEN,
  not_found: NOT_FOUND,
  route_not_found: NOT_FOUND,
  namespace_not_found: NOT_FOUND,
  key_not_found: NOT_FOUND,
  collection_not_found: NOT_FOUND,
  document_not_found: NOT_FOUND,
  batch_not_found: NOT_FOUND,
  cluster_not_found: NOT_FOUND,
  execution_not_found: NOT_FOUND,
  no_execution: NOT_FOUND,
  group_not_found: NOT_FOUND,
  task_not_found: NOT_FOUND,
  trigger_not_found: NOT_FOUND,
  webhook_not_found: NOT_FOUND,
  delivery_not_found: NOT_FOUND,
  template_not_found: NOT_FOUND,
  artifacts_not_found: NOT_FOUND,
  taxonomy_not_found: NOT_FOUND,
  namespace_name_taken: CONFLICT,
  collection_name_taken: CONFLICT,
  cluster_name_taken: CONFLICT,
  taxonomy_name_taken: CONFLICT,
  taxonomy_not_ready: CONFLICT,
  document_exists: CONFLICT,
  run_in_progress: CONFLICT,
  trigger_disabled: CONFLICT,
  trigger_limit_reached: [403, "QuotaExceededError"] as Kind,
  action_not_available: VALIDATION,
  drift_baseline_missing: CONFLICT,
  drift_not_available: VALIDATION,
  idempotency_key_reused: CONFLICT,
  idempotency_in_progress: CONFLICT,
  artifacts_not_ready: CONFLICT,
  payload_too_large: TOO_LARGE,
  validation_failed: VALIDATION,
  invalid_filter: VALIDATION,
  invalid_vector: VALIDATION,
  feature_not_found: VALIDATION,
  feature_extractor_not_found: VALIDATION,
  algorithm_not_available: VALIDATION,
  too_few_documents: VALIDATION,
  vocabulary_empty: VALIDATION,
  job_too_large: VALIDATION,
  unsupported_media_type: [415, "UnsupportedMediaTypeError"] as Kind,
  rate_limited: TOO_MANY,
  internal_error: INTERNAL,
  not_configured: UNAVAILABLE,
  provider_failed: UNAVAILABLE,
  /** A store outside of Shoal that refuses what is exported to it. */
  export_refused: VALIDATION,
  store_unavailable: UNAVAILABLE,
} as const satisfies Record<string, Kind>;

/** One entry of a 422 answer's `detail`: where (`["body","vector_config","n_clusters"]`), what, and the failure's class. */
export interface FieldIssue {
  loc: (string | number)[];
  msg: string;
  type: string;
}

export class ShoalError extends Error {
  override readonly name = "ShoalError";
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | null;
  readonly issues: FieldIssue[];

  constructor(
    code: ErrorCode,
    message: string,
    details: Record<string, unknown> | null = null,
    issues: FieldIssue[] = [],
  ) {
    super(message);
    this.code = code;
    this.details = details;
    this.issues = issues;
  }

  /** HTTP status of this error's code. */
  get status(): number {
    return ERRORS[this.code][0];
  }

  /** Stable class name of this error's code, e.g. `NotFoundError`. */
  get type(): string {
    return ERRORS[this.code][1];
  }
}

/**
 * Errors that cross a Durable Object's RPC lose their class and keep their message. `packError` writes the whole error
 * into the message; `unpackError` restores it on the caller's side, or returns what it was given.
 */
export function packError(error: ShoalError): Error {
  const { code, message, details, issues } = error;
  return new Error(`shoal:${JSON.stringify({ code, message, details, issues })}`);
}

export function unpackError(error: unknown): unknown {
  const text = error instanceof Error ? error.message : "";
  const start = text.indexOf("shoal:{");
  if (start < 0) return error;
  const packed = JSON.parse(text.slice(start + "shoal:".length)) as Pick<
    ShoalError,
    "code" | "message" | "details" | "issues"
  >;
  return new ShoalError(packed.code, packed.message, packed.details, packed.issues);
}

/** The stub of a Durable Object whose methods reject with the errors that were thrown on the other side (see `packError`). */
export function restoringErrors<T extends object>(stub: T): T {
  return new Proxy(stub, {
    get(target, name) {
      // Whoever awaits the stub must not take it for a promise.
      if (name === "then") return undefined;
      const member = Reflect.get(target, name, target) as unknown;
      if (typeof member !== "function") return member;
      return (...args: unknown[]) =>
        Promise.resolve(Reflect.apply(member, target, args)).catch((error: unknown) => {
          throw unpackError(error);
        });
    },
  });
}
