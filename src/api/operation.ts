/**
 * One HTTP operation: its contract, the types that follow from it, and its handler.
 *
 * `operation(config, handler)` adds what every operation has in common, so that no file repeats it: the security
 * requirement, the X-Namespace and Idempotency-Key headers, the error answers, and at run time authentication, scope,
 * namespace, rate limit, body limit, validation and idempotency, in that order.
 */
import { createRoute, type OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Warning } from "../domain/definition/model";
import type { FieldIssue } from "../domain/errors";
import { fieldIssues, unknownFields, validationError } from "../domain/issues";
import type { AppContext, AppEnv } from "./context";
import { type Access, admit } from "./middleware/access";
import { JSON_LIMIT, limitStream, parseJson, readText } from "./middleware/body";
import { type IdempotentUpload, idempotent, idempotentUpload } from "./middleware/idempotency";
import { ErrorResponse, ValidationErrorResponse } from "./schemas/common";
import type { Tag } from "./tags";

interface Answer<A extends z.ZodType> {
  /** 200 unless said otherwise. 204 has no body: its schema is `z.null()`, and its handler answers null. */
  status?: 200 | 201 | 202 | 204;
  description: string;
  schema: A;
  example?: NoInfer<z.input<A>>;
  /** The media type of an answer that is not JSON; of a stream, `schema` describes one element. */
  type?: string;
  /** Other media types in which the same answer can be had by the Accept header. */
  media?: string[];
}

/** A request body that is read as a stream. */
interface Upload {
  mediaTypes: string[];
  limitBytes: number;
  description: string;
  /** By media type. */
  examples: Record<string, string>;
}

/** What an upload's handler receives. */
export interface UploadBody extends IdempotentUpload {
  /** Media type without parameters, lower case. */
  contentType: string;
}

export interface OperationConfig<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  A extends z.ZodType,
> {
  /** operationId, snake case, unique. */
  id: string;
  method: "get" | "post" | "put" | "patch" | "delete";
  /** OpenAPI path: `/v1/clusters/{cluster_identifier}`. */
  path: string;
  tag: Tag;
  summary: string;
  description?: string;
  access: Access;
  params?: P;
  query?: Q;
  /** JSON body; an absent one is read as `{}`. `required` only tells the reader of the contract. */
  body?: { schema: B; required?: boolean; limitBytes?: number; description?: string; example?: NoInfer<z.input<B>> };
  upload?: Upload;
  answer: Answer<A>;
  /** Further successful answers, by status. */
  alsoAnswers?: Record<number, { description: string; schema: z.ZodType; example?: unknown }>;
  /** Error statuses beyond those that follow from the rest. */
  errors?: ErrorStatus[];
}

export interface Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
  /** Present on operations with `upload`. */
  upload: UploadBody;
  /** What was found so far; the handler may add. They are put into the answer, or into a `Response`'s X-Warnings header. */
  warnings: Warning[];
}

/** Answers the body to render with the operation's status, or a whole `Response` for anything else. */
type Handler<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType> = (
  c: AppContext,
  input: Input<P, Q, B>,
) => Promise<z.input<A> | Response>;

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly access: Access;
  readonly route: RouteConfig;
  /** What each successful status answers, for tests that hold answers against their contract. */
  readonly answers: Record<number, z.ZodType>;
  register(app: OpenAPIHono<AppEnv>): void;
}

type Empty = z.ZodObject<Record<never, z.ZodType>>;
const EMPTY = z.object({});

export function operation<
  A extends z.ZodType,
  P extends z.ZodObject = Empty,
  Q extends z.ZodObject = Empty,
  B extends z.ZodType = Empty,
>(config: OperationConfig<P, Q, B, A>, handler: Handler<P, Q, B, A>): Operation {
  const { id, method, path, access } = config;
  const route = createRoute(describeRoute(config));
  const status = config.answer.status ?? 200;

  const serve = async (c: AppContext): Promise<Response> => {
    await admit(c, access);
    const answer = async (body: unknown, upload?: UploadBody) => {
      const input = validate(config, c, body);
      const result = await handler(c, { ...input, upload: upload as UploadBody });
      if (result instanceof Response) return withHeader(result, input.warnings);
      if (status === 204) return withHeader(c.body(null, 204), input.warnings);
      return c.json(withWarnings(result as object, input.warnings), status as ContentfulStatusCode);
    };
    if (config.upload) {
      const stream = limitStream(c, config.upload.limitBytes);
      const contentType = (c.req.header("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
      return idempotentUpload(c, stream, (upload) => answer({}, { ...upload, contentType }));
    }
    const { text, fingerprint } = await readText(c, config.body?.limitBytes ?? JSON_LIMIT);
    const run = () => answer(config.body ? parseJson(text) : {});
    return method === "post" ? idempotent(c, fingerprint, run) : run();
  };

  return {
    id,
    method,
    path,
    access,
    route,
    answers: Object.fromEntries(Object.entries(answersOf(config)).map(([answered, { schema }]) => [answered, schema])),
    register(app) {
      app.openAPIRegistry.registerPath(route);
      app.on(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ":$1"), serve);
    },
  };
}

/** Validates every part of a request before refusing it, so that one answer names all that is wrong. */
function validate<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType>(
  config: OperationConfig<P, Q, B, A>,
  c: AppContext,
  json: unknown,
) {
  const issues: FieldIssue[] = [];
  const warnings: Warning[] = [];
  const parse = <T extends z.ZodType>(schema: T, place: string, value: unknown): z.output<T> => {
    const parsed = schema.safeParse(value);
    warnings.push(...unknownFields(schema, value, [place]));
    if (!parsed.success) issues.push(...fieldIssues(parsed.error.issues, [place], value));
    return parsed.data as z.output<T>;
  };
  const params = parse((config.params ?? EMPTY) as P, "path", c.req.param());
  const { namespace: _, ...given } = c.req.query();
  const query = parse((config.query ?? EMPTY) as Q, "query", config.access.namespaced ? given : c.req.query());
  const body = parse((config.body?.schema ?? EMPTY) as B, "body", config.body ? json : {});
  if (issues.length > 0) throw validationError(issues);
  return { params, query, body, warnings };
}

function withWarnings(answer: object & { warnings?: Warning[] }, warnings: Warning[]): object {
  return warnings.length === 0 ? answer : { ...answer, warnings: [...(answer.warnings ?? []), ...warnings] };
}

/** Proxies refuse longer headers. */
const HEADER_CHARACTERS = 4000;

/** Answers that are no JSON object of ours (tables, streams) carry their warnings in a header. */
function withHeader(response: Response, warnings: Warning[]): Response {
  if (warnings.length === 0) return response;
  const counted = [{ loc: [], msg: `${warnings.length} warnings, too long for a header` }];
  const [text] = [warnings, counted].map((list) => asciiJson(list)).filter((json) => json.length <= HEADER_CHARACTERS);
  const answer = new Response(response.body, response);
  answer.headers.set("X-Warnings", text as string);
  return answer;
}

const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

const NAMESPACE_PARAMETERS = {
  header: z.string().optional().openapi({ description: "Namespace id or name.", example: "default" }),
  query: z.string().optional().openapi({ description: "Namespace id or name, where the header cannot be sent." }),
};
const IDEMPOTENCY_KEY = z.string().max(255).optional().openapi({
  description: "Repeats of a request with the same key and body get the first answer again for 24 hours.",
});

function describeRoute<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType>(
  config: OperationConfig<P, Q, B, A>,
) {
  const { access, body, upload } = config;
  const namespaced = access.namespaced;
  const headers = z.object({
    ...(namespaced ? { "X-Namespace": NAMESPACE_PARAMETERS.header } : {}),
    ...(config.method === "post" ? { "Idempotency-Key": IDEMPOTENCY_KEY } : {}),
  });
  const query = (config.query ?? EMPTY).extend(namespaced ? { namespace: NAMESPACE_PARAMETERS.query } : {});
  const content = body
    ? { "application/json": { schema: body.schema, ...example(body.example) } }
    : upload
      ? Object.fromEntries(
          upload.mediaTypes.map((type) => [type, { schema: BINARY, ...example(upload.examples[type]) }]),
        )
      : null;
  const answers = answersOf(config);
  return {
    operationId: config.id,
    method: config.method,
    path: config.path,
    tags: [config.tag],
    summary: config.summary,
    ...(config.description ? { description: config.description } : {}),
    security: access.scope === null ? [] : [{ bearer: [] }],
    ...(access.scope === null ? {} : { "x-scope": access.scope }),
    request: {
      ...(config.params ? { params: config.params } : {}),
      query,
      headers,
      ...(content
        ? { body: { content, required: upload !== undefined || (body?.required ?? false), ...about(body ?? upload) } }
        : {}),
    },
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, { description, schema, example: shown, type, media = [] }]) => [
          status,
          {
            description,
            ...(status === "204"
              ? {}
              : {
                  content: {
                    [type ?? "application/json"]: { schema, ...example(shown) },
                    ...Object.fromEntries(media.map((type) => [type, { schema: BINARY }])),
                  },
                }),
          },
        ]),
      ),
      ...errorResponses(config),
    },
  };
}

function answersOf({
  answer,
  alsoAnswers,
}: Pick<OperationConfig<z.ZodObject, z.ZodObject, z.ZodType, z.ZodType>, "answer" | "alsoAnswers">) {
  return { [answer.status ?? 200]: answer, ...alsoAnswers } as Record<number, Answer<z.ZodType>>;
}

const BINARY = z.string().openapi({ type: "string", format: "binary" });
const example = (value: unknown) => (value === undefined ? {} : { example: value });
const about = (described: { description?: string } | undefined) =>
  described?.description ? { description: described.description } : {};

const ERROR_DESCRIPTIONS = {
  400: "The request cannot be read: broken JSON, a missing namespace, an unknown cursor.",
  401: "No key, or one that is unknown or revoked.",
  403: "The key lacks the scope.",
  404: "No such thing, or it belongs to another namespace.",
  409: "It conflicts with what is there, or with an earlier request of the same Idempotency-Key.",
  413: "The body is larger than this operation takes.",
  415: "The body's media type is not one that this operation takes.",
  422: "A value is out of bounds, of the wrong type or contradicts another.",
  429: "The key's rate limit is used up; Retry-After says for how long.",
  500: "Something went wrong on the server; the message names the request id.",
  503: "The deployment is not configured, or a store is not reachable.",
} as const;
type ErrorStatus = keyof typeof ERROR_DESCRIPTIONS;

function errorResponses(config: OperationConfig<z.ZodObject, z.ZodObject, z.ZodType, z.ZodType>) {
  const { access, params, query, body, upload, method } = config;
  const takes = body !== undefined || upload !== undefined;
  const statuses = new Set<ErrorStatus>(config.errors);
  if (access.scope !== null) for (const status of [400, 401, 403, 429] as const) statuses.add(status);
  if (params || access.namespaced) statuses.add(404);
  if (method === "post") statuses.add(409);
  if (takes) statuses.add(413);
  if (upload) statuses.add(415);
  if (takes || query) statuses.add(422);
  if (access.scope !== null) statuses.add(500);
  return Object.fromEntries(
    [...statuses]
      .sort((a, b) => a - b)
      .map((status) => [
        status,
        {
          description: ERROR_DESCRIPTIONS[status],
          content: { "application/json": { schema: status === 422 ? ValidationErrorResponse : ErrorResponse } },
        },
      ]),
  );
}
