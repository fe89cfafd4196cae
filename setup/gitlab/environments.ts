import type { Compared, Difference } from './difference.ts';
import type { Found } from './found.ts';
import type { Asked, Place } from './places.ts';

const PAGE = 'Operate > Environments';

/**
 * The environments of a project beside those of its jobs. One that a pipeline makes has a tier that GitLab guesses from its name,
 * and keeps it.
 */
export function compareEnvironments({ places }: Asked, found: Found): Compared {
  // A rollback is in the environment that it is about, or beside it: its tier is nobody's business.
  const own = places.filter(({ kind }) => kind !== 'of the same role');
  return { differences: own.flatMap((place) => environmentCompared(place, found)) };
}

function environmentCompared({ name, kind, environment }: Place, { environments }: Found): Difference[] {
  const tier = kind === 'itself' ? environment.tier : 'other';
  const there = environments.find((each) => each.name === name);
  const about = { page: PAGE, name: `environment ${name}`, title: name } as const;
  if (!there) {
    const changes = [{ method: 'POST', path: '/environments', body: { name, tier } } as const];
    return [{ ...about, found: 'is missing', wanted: `of the deployment tier ${tier}`, changes }];
  }
  if (there.tier === tier) return [];
  const changes = [{ method: 'PUT', path: `/environments/${there.id}`, body: { tier } } as const];
  return [{ ...about, found: `is of the deployment tier ${there.tier ?? 'that is not told'}`, wanted: tier, changes }];
}
