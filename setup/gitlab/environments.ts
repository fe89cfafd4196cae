import type { SetupPlan } from '../setup-plan.ts';
import type { Compared, Difference } from './difference.ts';
import type { Found } from './found.ts';
import { type Place, placesOf } from './places.ts';

const PAGE = 'Operate > Environments';

/**
 * The environments of a project beside those of its jobs. One that a pipeline makes has a tier that GitLab guesses from its name,
 * and keeps it.
 */
export function compareEnvironments(plan: SetupPlan, found: Found): Compared {
  // A rollback is in the environment that it is about, or beside it: its tier is nobody's business.
  const places = placesOf(plan).filter(({ kind }) => kind !== 'of the same role');
  return { differences: places.flatMap((place) => environmentCompared(place, found)) };
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
