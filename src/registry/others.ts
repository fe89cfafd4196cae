import type { Approvers } from './approvers.ts';

/*
 * Who stands for an approval beside the person who started its job, as an entry has room for them: `bob:58/carol:59/dan:60+2/61/62`.
 * The logins are for people who read it, and the accounts for the rules: the logins go first where there is no room.
 */

/** As many people as an entry names beside the one who started the job. */
const NAMED = 3;

type Others = readonly { readonly login: string; readonly id: string }[];

/** Those beside the person who started the job; `undefined` where there is nobody. */
export function othersOf({ counted }: Pick<Approvers, 'counted'>, userId: string | undefined): string | undefined {
  const others = counted.filter(({ id }) => id !== userId);
  return others.length === 0 ? undefined : written(others, NAMED);
}

function written(others: Others, named: number): string {
  const names = others.slice(0, named).map(({ login, id }) => `${login}:${id}`);
  const more = others.slice(named).map(({ id }) => id);
  return `${names.join('/')}${more.length > 0 ? `+${[more.length, ...more].join('/')}` : ''}`;
}

/** The same in less room, the longest first: with fewer logins, then without any, and at last only how many they are. */
export function shorterOthers(others: string): string[] {
  const all = readOthers(others) ?? [];
  const named = all.filter(({ login }) => login !== '').length;
  const fewer = Array.from({ length: named }, (_, index) => written(all, named - 1 - index));
  return all.length === 0 ? [] : [...fewer, `+${all.length}`];
}

/** The numbers of the accounts that an entry names so; `undefined` where it had no room for all of them. */
export function accountsIn(others: string): string[] | undefined {
  return readOthers(others)?.map(({ id }) => id);
}

const PERSON = /^([^:+/]+):(\d+)$/;

function readOthers(others: string): Others | undefined {
  const [names = '', more, ...rest] = others.split('+');
  const named = names === '' ? [] : names.split('/').map((each) => PERSON.exec(each));
  const [count, ...ids] = more === undefined ? ['0'] : more.split('/');
  if (rest.length > 0 || String(ids.length) !== count || !ids.every((id) => /^\d+$/.test(id))) return undefined;
  const people = named.flatMap((each) => (each ? [{ login: each[1] ?? '', id: each[2] ?? '' }] : []));
  return people.length === named.length ? [...people, ...ids.map((id) => ({ login: '', id }))] : undefined;
}
