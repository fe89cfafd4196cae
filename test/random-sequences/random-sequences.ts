import fc from 'fast-check';
import { startGitLab } from '../../emulator/gitlab.ts';
import { COMMIT } from '../components/job.ts';
import { live, type Tally } from './life.ts';
import { answerNearby } from './nearby.ts';
import { COMMITTED, PROJECTS } from './project.ts';
import { history } from './steps.ts';

/** Which histories: `path` leads, by the seed, to the one that failed. */
export interface Chosen {
  readonly runs: number;
  readonly seed: number;
  readonly path?: string | undefined;
}

/** Lives through random histories; throws, with the shortest history that it finds, when one comes to what never may be. */
export async function liveThrough({ runs, seed, path }: Chosen): Promise<Tally> {
  const tally: Tally = new Map();
  const restore = answerNearby();
  const hosts = await Promise.all(PROJECTS.map((project) => startGitLab(project)));
  for (const host of hosts) host.commit(COMMIT, COMMITTED);
  const gitlabs = new Map(PROJECTS.flatMap((project, index) => (hosts[index] ? [[project, hosts[index]]] : [])));
  try {
    const property = fc.asyncProperty(history, (steps) => live(steps, { tally, gitlabs }));
    await fc.assert(property, { numRuns: runs, seed, ...(path !== undefined && { path }) });
    return tally;
  } finally {
    await Promise.all(hosts.map((host) => host.close()));
    restore();
  }
}
