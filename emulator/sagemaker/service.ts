import { createHash } from 'node:crypto';
import { AwsError, type Operations, type Principal, type World } from '../world.ts';

/** A request or answer as it stands after the API's constraints were checked: required members are there. */
export type Given<T> = T extends string | number | boolean | Date | Uint8Array | undefined
  ? T
  : T extends readonly (infer E)[]
    ? Given<E>[]
    : {
        [K in keyof T as K extends '$metadata' ? never : K]: undefined extends Pick<T, K>[K]
          ? GivenMember<T, K>
          : Given<T[K]>;
      };

// `{ a: X | undefined }` is how the SDK writes a required member, `{ a?: X }` an optional one.
type GivenMember<T, K extends keyof T> = object extends Pick<T, K> ? Given<T[K]> : Given<Exclude<T[K], undefined>>;

/** The operations of one part of SageMaker; the server has shown that a request is of its operation's shape. */
export function served<T extends Record<string, (input: never, principal: Principal) => unknown>>(
  operations: T,
): Operations {
  return operations as unknown as Operations;
}

/** The names of models, configs and endpoints are in lower case in their ARNs; their callers see to that. */
export function arnOf({ region, account }: World, kind: string, name: string): string {
  return `arn:aws:sagemaker:${region}:${account}:${kind}/${name}`;
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFound', message);
}

/** A value that looks random and is the same in every run. */
export function digest(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export function userContext(principal: Principal) {
  return { IamIdentity: { Arn: principal.arn, PrincipalId: principal.userId } };
}

interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

const DEFAULT_PAGE = 10;

/** One page of a sorted list. */
export function page<T>(
  sorted: readonly T[],
  { MaxResults = DEFAULT_PAGE, NextToken }: PageRequest,
): { items: T[]; next: string | undefined } {
  const from = NextToken === undefined ? 0 : positionIn(NextToken);
  const to = from + MaxResults;
  return { items: sorted.slice(from, to), next: to < sorted.length ? tokenAt(to) : undefined };
}

const tokenAt = (position: number): string => Buffer.from(`position ${position}`).toString('base64');

function positionIn(token: string): number {
  const found = /^position (\d+)$/.exec(Buffer.from(token, 'base64').toString());
  if (!found) throw invalid('Invalid pagination token');
  return Number(found[1]);
}

interface ListRequest {
  readonly NameContains?: string | undefined;
  readonly CreationTimeAfter?: Date | undefined;
  readonly CreationTimeBefore?: Date | undefined;
  readonly SortBy?: string | undefined;
  readonly SortOrder?: string | undefined;
}

interface Listed {
  readonly name: string;
  readonly created: Date;
  /** What breaks a tie in time: things are numbered as they are made. */
  readonly number: number;
}

/** The filters and orders that SageMaker's lists have in common. */
export function listed<T extends Listed>(
  all: Iterable<T>,
  request: ListRequest,
  defaultOrder: 'Ascending' | 'Descending',
): T[] {
  const { NameContains: part, CreationTimeAfter: after, CreationTimeBefore: before } = request;
  const found = [...all].filter(
    (one) =>
      (!part || one.name.toLowerCase().includes(part.toLowerCase())) &&
      (!after || one.created > after) &&
      (!before || one.created < before),
  );
  const direction = (request.SortOrder ?? defaultOrder) === 'Ascending' ? 1 : -1;
  const byTime = (a: T, b: T) => a.created.getTime() - b.created.getTime() || a.number - b.number;
  const byName = (a: T, b: T) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const order = request.SortBy === 'Name' ? byName : byTime;
  return found.sort((a, b) => direction * order(a, b));
}
