import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compilePipeline } from '../../compiler/compile.ts';
import { isMapping, type Mapping } from '../../compiler/document.ts';
import { holds } from '../../compiler/expression.ts';
import { jobsOf, lintPipeline } from '../../compiler/lint.ts';
import { type PlannedJob, plan } from '../../compiler/schedule.ts';
import { schemaErrors } from '../../compiler/schema.ts';
import { readRepository } from '../../compiler/templates.ts';
import { addressesIn } from '../../scripts/release/addresses.ts';
import { catalog } from '../catalog/catalog-file.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const FQDN = 'sgts.gitlab-dedicated.com';
const folder = fileURLToPath(new URL('../../', import.meta.url));

function compiled(path: string): Mapping {
  return compilePipeline({
    text: readRepository(path) ?? '',
    resolve: () => ({ read: readRepository, sha: COMMIT, reference: COMMIT }),
    readLocal: readRepository,
    variables: { CI_SERVER_FQDN: FQDN, CI_PROJECT_PATH: catalog.project, CI_COMMIT_SHA: COMMIT },
  }).config;
}

const pipeline = compiled('.gitlab-ci.yml');
const variables = isMapping(pipeline.variables) ? pipeline.variables : {};
const scriptOf = (name: string) => [jobsOf(pipeline).get(name)?.script ?? []].flat().map(String);
const KNOWN = { CI_PROJECT_PATH: catalog.project, CI_DEFAULT_BRANCH: 'main' };
/** The jobs of the pipeline that GitLab makes of these variables; none where it makes no pipeline. */
function planned(known: Record<string, string>): PlannedJob[] {
  const all = { ...KNOWN, ...known };
  const { workflow } = pipeline;
  const rules = isMapping(workflow) && Array.isArray(workflow.rules) ? workflow.rules.filter(isMapping) : [];
  const rule = rules.find((each) => holds(String(each.if), { variables: all }));
  return rule === undefined || rule.when === 'never' ? [] : plan(pipeline, { variables: all, changed: [] });
}
const names = (jobs: readonly PlannedJob[]) => jobs.map(({ name }) => name);

/** The components that both have a child pipeline and are tried; complete.test.ts tells of others. */
const tried = readdirSync(`${folder}.gitlab/try`)
  .map((file) => basename(file, '.yml'))
  .filter((name) => jobsOf(pipeline).has(`try-${name}`));

const onTag = planned({ CI_COMMIT_TAG: '1.0.0', CI_PIPELINE_SOURCE: 'push' });
const onMain = planned({ CI_COMMIT_BRANCH: 'main', CI_PIPELINE_SOURCE: 'push' });
const onMergeRequest = planned({ CI_PIPELINE_SOURCE: 'merge_request_event' });

describe("the catalog's own pipeline", () => {
  it('is one that GitLab accepts', () => {
    expect(schemaErrors(pipeline)).toEqual([]);
    expect(lintPipeline(pipeline)).toEqual([]);
  });

  it('releases on a tag what the default branch tested, and assembles nothing there', () => {
    expect(names(onTag)).toEqual([
      'ready',
      'find',
      'attestations',
      'copy',
      'sign',
      'publish',
      'verify',
      'pull',
      'release',
    ]);
    expect(names(onMain)).toEqual(
      expect.arrayContaining(['check', 'test', 'layer', 'assemble', 'tested', ...tried.map((name) => `try-${name}`)]),
    );
    expect(names(onMain).filter((name) => names(onTag).includes(name))).toEqual([]);
  });

  it('records that an image passed only when every earlier stage is green', () => {
    const [tested] = onMain.filter(({ name }) => name === 'tested');
    expect(tested?.before).toEqual(names(onMain).filter((name) => name !== 'tested'));
  });

  it('tests and records the patches of an older minor version on a protected branch, and on no other', () => {
    const branch = { CI_PIPELINE_SOURCE: 'push', CI_COMMIT_BRANCH: 'release/1.4', CI_COMMIT_REF_PROTECTED: 'true' };
    expect(names(planned(branch))).toEqual(names(onMain));
    expect(planned({ ...branch, CI_COMMIT_REF_PROTECTED: 'false' })).toEqual([]);
    expect(planned({ ...branch, CI_COMMIT_BRANCH: 'release/1.4/fix' })).toEqual([]);
  });

  describe('in a copy of the project', () => {
    const copy = { CI_PROJECT_PATH: 'mirrors/sagemaker-components' };
    const tag = { ...copy, CI_COMMIT_TAG: '1.0.0' };

    it.each([
      ['a tag that is pushed', { ...tag, CI_PIPELINE_SOURCE: 'push' }],
      ['a branch that is pushed', { ...copy, CI_COMMIT_BRANCH: 'main', CI_PIPELINE_SOURCE: 'push' }],
      ['a merge request', { ...copy, CI_PIPELINE_SOURCE: 'merge_request_event' }],
      ['a branch that somebody starts', { ...copy, CI_COMMIT_BRANCH: 'main', CI_PIPELINE_SOURCE: 'web' }],
    ])('starts nothing for %s, so that it needs no set-up', (_, known) => {
      expect(planned(known)).toEqual([]);
    });

    it('only releases to its catalog when somebody starts it for a tag, with what the copy can set', () => {
      expect(names(planned({ ...tag, CI_PIPELINE_SOURCE: 'web' }))).toEqual(['release-copy']);
      expect(jobsOf(pipeline).get('release-copy')).toMatchObject({
        tags: ['$RUNNER_TAG'],
        image: { name: '$GLAB_IMAGE' },
        release: { tag_name: '$CI_COMMIT_TAG' },
      });
    });
  });

  it('publishes after it has refused, signs before the version exists, and releases last', () => {
    const ahead = (name: string): string[] => {
      const direct = onTag.find((job) => job.name === name)?.before ?? [];
      return [...new Set([...direct, ...direct.flatMap(ahead)])];
    };
    for (const writes of ['copy', 'sign', 'publish', 'release']) {
      expect(ahead(writes)).toEqual(expect.arrayContaining(['ready', 'find']));
    }
    expect(ahead('publish')).toContain('sign');
    expect(new Set(ahead('release'))).toEqual(new Set(names(onTag).filter((name) => name !== 'release')));
  });

  it.each(names(onTag))(
    'tries %s on merge requests, by a dry-run job that calls the same script and publishes nothing',
    (name) => {
      const dryRun = `${name}:dry-run`;
      expect(names(onMergeRequest)).toContain(dryRun);
      const programs = (job: string) =>
        scriptOf(job).flatMap((line) => line.match(/scripts\/[\w./-]+|npm run [\w:]+/g) ?? []);
      expect(programs(dryRun)).toEqual(programs(name));
      expect(jobsOf(pipeline).get(dryRun)).not.toHaveProperty('release');
      for (const line of scriptOf(dryRun)) {
        if (/record-tests|find-tested|copy|sign\.sh|verify|npm run release --/.test(line))
          expect(line).toContain('--dry-run');
      }
    },
  );

  it('uses only scripts that are there', () => {
    const called = [...jobsOf(pipeline).keys()]
      .flatMap(scriptOf)
      .flatMap((line) => line.match(/scripts\/[\w./-]+/g) ?? []);
    expect(called.length).toBeGreaterThan(10);
    expect(called.filter((path) => !existsSync(`${folder}${path}`))).toEqual([]);
  });

  it('publishes where catalog.yml says, and builds on what the Dockerfile does', () => {
    expect(variables.RELEASES).toBe(catalog.images.publish);
    expect(variables.PULL).toBe(catalog.images.pull);
    const dockerfile = readRepository('Dockerfile') ?? '';
    const tool = (name: string) => String(variables[name]).replace(/@.*/, '');
    expect(dockerfile).toContain(`ARG BUILD_IMAGE=${tool('NODE_IMAGE')}\n`);
    expect(dockerfile).toContain(`ARG RUNTIME_IMAGE=${tool('RUNTIME_IMAGE')}\n`);
  });

  it('names its tools in one place, through the mirror', () => {
    const { pull } = addressesIn(readRepository('catalog.yml') ?? '');
    const tools = parse(readRepository('.gitlab/tools.yml') ?? '').variables;
    for (const image of Object.values(tools))
      expect(String(image).replace(`${pull}/`, '')).toMatch(/^(library|tools)\/\S+:[^:@]+(@sha256:[a-f0-9]{64})?$/);
    const used = [...jobsOf(pipeline).values()].flatMap(({ image }) => (isMapping(image) ? image.name : image) ?? []);
    expect(used.filter((image) => !/^\$(NODE|CRANE|COSIGN|GLAB)_IMAGE$/.test(String(image)))).toEqual([]);
  });
});

/** The jobs of the components that do not make one job of their own name. */
const JOBS_MADE: Readonly<Record<string, readonly string[]>> = {
  'compare-models': ['compare-models', 'delete-comparison', 'refused'],
  'load-test-workers': ['load-test-workers', 'schedule-load', 'send-load', 'refused'],
  promote: ['put-together'],
  'render-pipeline': ['render-pipeline'],
  'deploy-model-stoppable': ['deploy-model', 'delete-endpoint', 'refused'],
};

describe('the child pipelines', () => {
  it.each(tried)('include %s at this commit, in the image of this commit', (name) => {
    const trigger = jobsOf(pipeline).get(`try-${name}`)?.trigger;
    expect(trigger).toEqual({ include: `.gitlab/try/${name}.yml`, strategy: 'depend' });
    const child = compiled(`.gitlab/try/${name}.yml`);
    expect(schemaErrors(child)).toEqual([]);
    expect(lintPipeline(child)).toEqual([]);
    const jobs = plan(child, {
      variables: { CI_PIPELINE_SOURCE: 'parent_pipeline', CI_COMMIT_BRANCH: 'main' },
      changed: [],
    });
    const made = JOBS_MADE[name] ?? [name, 'refused'];
    expect(names(jobs)).toEqual(made);
    if (made.includes('refused')) {
      expect(jobsOf(child).get(made[0] ?? '')?.image).toMatchObject({
        name: '$TRY_REGISTRY/sagemaker-components:$CI_COMMIT_SHA',
      });
      expect(jobs[0]?.manual).toBe(false);
      expect([0, 1, 64].map((exit) => jobs[0]?.allowedToFail(exit))).toEqual([false, false, true]);
    }
  });
});
