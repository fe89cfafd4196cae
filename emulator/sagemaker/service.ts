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

/** What one kind of list does in its own way. */
interface ListHabits<T> {
  readonly order: 'Ascending' | 'Descending';
  /** CreationTimeAfter is the first moment that is listed; in the other lists it is the last that is not. */
  readonly after?: 'included';
  /** What it can be sorted by beside Name and CreationTime. */
  readonly keys?: Readonly<Record<string, (one: T) => string>>;
}

/** The filters and orders that SageMaker's lists have in common. */
export function listed<T extends Listed>(all: Iterable<T>, request: ListRequest, habits: ListHabits<T>): T[] {
  const { NameContains: part, CreationTimeAfter: after, CreationTimeBefore: before } = request;
  const isLate = (one: T) => !after || one.created > after || (habits.after === 'included' && +one.created === +after);
  const found = [...all].filter(
    (one) =>
      (!part || one.name.toLowerCase().includes(part.toLowerCase())) &&
      isLate(one) &&
      (!before || one.created < before),
  );
  const direction = (request.SortOrder ?? habits.order) === 'Ascending' ? 1 : -1;
  const key = sortKey(request.SortBy ?? 'CreationTime', habits);
  return found.sort((a, b) => direction * (compare(key(a), key(b)) || +a.created - +b.created || a.number - b.number));
}

function sortKey<T extends Listed>(by: string, { keys = {} }: ListHabits<T>): (one: T) => string {
  if (by === 'CreationTime') return () => '';
  const key = by === 'Name' ? ({ name }: T) => name : keys[by];
  if (!key) throw new Error(`The emulator does not sort this list by ${by}.`);
  return key;
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
