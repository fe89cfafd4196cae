import * as z from 'zod/mini';
import { partsOf } from '../../src/ground/error-parts.ts';
import type { SetupPlan } from '../setup-plan.ts';
import type { Compared } from './difference.ts';
import { expanded, type Flaw, type Included, includedIn, servedBy } from './included.ts';
import { nameFlaws, unseenIn } from './included-names.ts';

/** The file of a project's pipelines, on a branch. */
export interface PipelineFile {
  readonly path: string;
  readonly branch: string;
  readonly text: string;
}

const configuration = z.object({ include: z.optional(z.unknown()) });

interface ComparedIncludes extends Compared {
  /** What cannot be told from the file. */
  readonly unseen: readonly string[];
}

/** What the includes of a pipeline get wrong, as far as GitLab says nothing of it. */
export async function compareIncludes(plan: SetupPlan, file: PipelineFile): Promise<ComparedIncludes> {
  try {
    const { success, data } = z.safeParse(configuration, (await configurationIn(file.text)) ?? {});
    if (!success) throw new Error('it is no mapping of jobs and keywords');
    const { include: written } = data;
    const all = [written ?? []].flat().flatMap(includedIn);
    const flaws = [...jobsTwice(all), ...sharedEndpoints(plan, all), ...nameFlaws(plan, all)];
    return {
      differences: flaws.map((flaw) => ({ ...about(file), ...flaw, changes: [] })),
      unseen: unseenIn(plan, all),
    };
  } catch (error) {
    const next = 'correct it in Build > Pipeline editor, which shows more';
    const [why] = partsOf(error).message.split('\n');
    return { differences: [{ ...about(file), found: `cannot be read: ${why}`, changes: [], next }], unseen: [] };
  }
}

/** What follows the inputs of the pipeline, where the file begins with them: https://docs.gitlab.com/ci/yaml/#header-keywords */
async function configurationIn(text: string): Promise<unknown> {
  const { parseAllDocuments } = await import('yaml');
  const documents = [...parseAllDocuments(text, { merge: true, logLevel: 'error' })];
  const [mistake] = documents.flatMap(({ errors }) => errors);
  if (mistake) throw mistake;
  return documents.at(-1)?.toJS();
}

function about({ path, branch }: PipelineFile) {
  return { page: 'Build > Pipeline editor', name: 'pipeline', title: `${path} of ${branch}` } as const;
}

/** GitLab makes one job of two with the same name, and says nothing. */
function jobsTwice(all: readonly Included[]): Flaw[] {
  const named = Map.groupBy(all, ({ name, inputs }) => `${name} ${inputs.job_prefix ?? ''} ${inputs.job_name ?? ''}`);
  return [...named.values()].flatMap(([first, ...more]) => {
    if (!first || more.length === 0) return [];
    const input = first.name === 'promote' ? 'job_prefix' : 'job_name';
    const found = `includes ${first.name} ${more.length + 1} times with the same ${input}: GitLab makes one job of those with the same name`;
    return [{ found, next: `give each include a ${input} of its own` }];
  });
}

/** A version of the first environment would replace the one that a later environment serves. */
function sharedEndpoints(plan: SetupPlan, all: readonly Included[]): Flaw[] {
  const served = all.flatMap((each) => {
    const { endpoint_name: endpoint } = each.inputs;
    if (endpoint === undefined) return [];
    return servedBy(plan, each).map((environment) => ({
      environment: environment.name,
      endpoint: expanded(endpoint, environment),
    }));
  });
  return [...Map.groupBy(served, ({ endpoint }) => endpoint)].flatMap(([endpoint, those]) => {
    const names = [...new Set(those.map(({ environment }) => environment))];
    // What a variable with a scope makes of it, GitLab alone knows.
    if (names.length < 2 || endpoint.includes('$')) return [];
    const found = `has the endpoint_name ${endpoint} in ${names.join(' and ')}: each environment would replace what the other serves`;
    return [{ found, next: 'end endpoint_name with the environment, as in resale-price-$CI_COMMIT_BRANCH' }];
  });
}
