import { virtualClock } from '../../emulator/clock.ts';
import { Emulator } from '../../emulator/emulator.ts';
import type { GitLab } from '../../emulator/gitlab.ts';
import { EXECUTION_ROLE, GROUP } from '../../emulator/scene.ts';
import type { Call } from '../../emulator/world.ts';
import { AwsError } from '../../emulator/world.ts';
import planDeployment from '../../src/components/plan-deployment.ts';
import { type FinishedJob, startJob } from '../components/job.ts';
import { Auditor, type Running } from './auditor.ts';
import { type Blow, fateOf } from './fate.ts';
import { type Caller, callingFrom } from './nearby.ts';
import { agree } from './planned.ts';
import {
  ENVIRONMENTS,
  type Environment,
  type JobName,
  mayStart,
  type Pipeline,
  Project,
  partOf,
  SERVINGS,
  stepsOf,
  WITHOUT_EVIDENCE,
} from './project.ts';
import type { Journey, Mishap, Step } from './steps.ts';

const USERS = ['tan.mei.ling', 'lim.wei.jie', 'nurul.aisyah'];
const A_WHILE = 90_000;

/** What a history came to -> words of the log that tell it. */
const TOLD = {
  'refused: the endpoint is another project’s': 'belongs to another deployment',
  'cleaned up: a config': 'Cleaned up: deleted the endpoint config',
  'cleaned up: a model': 'Cleaned up: deleted the model',
  'refused: the end of the path is not deleted': 'is the end of the promotion path',
  'refused: an update would remove something': 'an update would remove or change it',
  'refused: nobody knows what serves': 'Nobody knows which version',
  'refused: the config was deleted or made anew': 'but not as planned',
  'refused: the version came with entries': 'has registry entries that its training wrote',
  'refused: rejected while it went live': 'but it is Rejected',
  'refused: another kind': ', and is to be a',
  'an alarm fired': ' fired at ',
  'went back': ' again (endpoint config ',
  'went back already': 'a rollback brought',
  'shown again: served otherwise': 'the same version, served otherwise',
};

/** What came about in a history: a property that nothing ever reaches would hold of anything. */
export type Tally = Map<string, number>;

/** What histories share: the count of what came about, and the GitLab of each project. */
interface Surroundings {
  readonly tally: Tally;
  readonly gitlabs: ReadonlyMap<string, GitLab>;
}

/** Lives through a history; throws when something came true that never may. */
export async function live(history: readonly Step[], world: Surroundings): Promise<void> {
  const life = new Life(world);
  try {
    for (const step of history) await life.go(step);
    await life.settleDown();
  } finally {
    life.end();
  }
}

/** A pipeline whose jobs run one after the other. */
interface Travelling extends Pick<Journey, 'mishap' | 'bad'> {
  readonly ended: Map<JobName, FinishedJob>;
}

class Life {
  readonly #emulator = new Emulator(virtualClock());
  readonly #project = new Project();
  readonly #auditor = new Auditor(this.#emulator);
  readonly #tally: Tally;
  readonly #gitlabs: ReadonlyMap<string, GitLab>;
  /** The jobs that run now: one, and those that run in its midst. */
  readonly #running: Running[] = [];
  #wrong: unknown;
  #made = 0;

  constructor({ tally, gitlabs }: Surroundings) {
    this.#tally = tally;
    this.#gitlabs = gitlabs;
    const { endpoints, executions } = this.#emulator;
    for (const { url } of gitlabs.values()) this.#emulator.trust(url);
    endpoints.pace.describes = 1;
    executions.pace.describes = 1;
    this.#emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: GROUP });
  }

  end(): void {
    this.#project.forget();
  }

  async go(step: Step): Promise<void> {
    for (const running of this.#running) running.disturbed = true;
    await this.#do(step);
    this.#auditor.always();
    if (this.#wrong) throw this.#wrong;
  }

  /** Whatever died or gave up is run again, with nothing in its way: then it comes to its end. */
  async settleDown(): Promise<void> {
    const { faults, endpoints } = this.#emulator;
    faults.clear();
    endpoints.outcomes.length = 0;
    for (const pipeline of this.#project.pipelines) {
      if (!isOpen(pipeline.ended.get('deploy-model'))) continue;
      await this.#run(pipeline, 'deploy-model');
      const ended = pipeline.ended.get('deploy-model');
      // An approval job that runs again and comes to nothing leaves the record of the run before, if there was one.
      const approved = pipeline.ended.get('approve-model') === 0;
      const stuck = [...endpoints.all.values()].some(({ pending }) => pending?.outcome.ends === 'never');
      const mayEnd = approved ? [0, 1] : [0, 1, 64];
      if (!stuck && !mayEnd.some((code) => code === ended))
        throw new Error(`deploy-model, run again, ended with ${ended}`);
    }
    this.#auditor.always();
    if (this.#wrong) throw this.#wrong;
  }

  async #do(step: Step): Promise<void> {
    const { clock, endpoints, runtime, traffic } = this.#emulator;
    switch (step.does) {
      case 'journey':
        return this.#travel(step);
      case 'run':
        return this.#runSome(step.pipeline, step.job, step.mishap);
      case 'reject':
        return this.#reject(step.pipeline);
      case 'stop the environment':
        return this.#stop(step.pipeline);
      case 'roll back':
        return this.#rollBack(step.pipeline, step.mishap);
      case 'judge in Studio':
        return this.#update(step.version, { ModelApprovalStatus: step.verdict });
      case 'swap the content':
        return this.#update(step.version, { InferenceSpecification: this.#otherContent() });
      case 'deploy by hand':
        return this.#deployByHand(step);
      case 'delete the live config':
        return this.#deleteConfig(step);
      case 'break the endpoint':
        return this.#break(endpointOf(step.environment));
      case 'spoil the next deployment':
        endpoints.outcomes.push({ ends: step.ends });
        return undefined;
      case 'spoil the model': {
        const arn = this.#version(step.version);
        const spoiled = arn !== undefined && !runtime.behaviours.delete(arn);
        if (spoiled) this.#spoil(arn);
        return undefined;
      }
      case 'send requests':
        traffic.perMinute.set(endpointOf(step.environment), step.perMinute);
        return undefined;
      case 'elapse':
        clock.advance(step.minutes * 60_000);
        // What is stuck is not so for ever.
        if (step.minutes > 60) for (const { name } of endpoints.all.values()) endpoints.settle(name);
        return undefined;
    }
  }

  async #travel({ branch, blind, jobs, mishap, ...journey }: Journey): Promise<void> {
    const { good, forged, bad, other } = journey;
    const serving = SERVINGS[journey.serving] ?? {};
    const of = { good, forged, serving, project: other ? '43' : '42' };
    const pipeline = this.#project.push(this.#destination(branch, blind), of);
    const plan = mishap ? undefined : await this.#plan(pipeline);
    const ended = new Map<JobName, FinishedJob>();
    try {
      await this.#runJourney(pipeline, stepsOf(pipeline).slice(0, jobs), { mishap, ended, bad });
    } finally {
      if (plan)
        this.#hold(() => {
          for (const what of agree(plan, ended)) this.#count(what);
        });
    }
    if (this.#wrong) throw this.#wrong;
  }

  #spoil(arn: string | undefined): void {
    const error = { status: 500, message: 'no such column' };
    if (arn !== undefined) this.#emulator.runtime.behaviours.set(arn, { errorRate: 1, error });
  }

  /** Runs the jobs of a pipeline one after the other, as far as they are green. */
  async #runJourney(pipeline: Pipeline, names: readonly JobName[], { mishap, ended, bad }: Travelling): Promise<void> {
    for (const [index, name] of names.entries()) {
      const job = await this.#run(pipeline, name, mishap?.job === index ? mishap : undefined);
      if (job) ended.set(name, job);
      if (isOpen(pipeline.ended.get(name))) {
        this.#emulator.clock.advance(A_WHILE);
        await this.#run(pipeline, name);
      }
      if (pipeline.ended.get(name) !== 0) return;
      if (name === 'deploy-pipeline' && bad) this.#spoil(this.#version(0));
    }
  }

  /** People push where there is something to promote, mostly. */
  #destination(branch: number, blind: boolean): Environment {
    const validated = (environment: Environment | undefined) =>
      this.#auditor.validations.some((one) => one.environment === environment);
    const upTo = ENVIRONMENTS.slice(0, branch + 1);
    return upTo.findLast((_, at) => blind || at === 0 || validated(ENVIRONMENTS[at - 1])) ?? 'dev';
  }

  async #runSome(which: number, job: number, mishap: Mishap | undefined): Promise<void> {
    const pipeline = this.#idle(which);
    if (!pipeline) return;
    const possible = stepsOf(pipeline).filter((name) => mayStart(pipeline, name));
    const name = possible[job % possible.length];
    if (name) await this.#run(pipeline, name, mishap);
  }

  /** The jobs of one pipeline share a folder here, as they do not at GitLab: so they run one after the other. */
  #idle(which: number): Pipeline | undefined {
    const busy = this.#running.map(({ pipeline }) => pipeline);
    return latest(
      this.#project.pipelines.filter((one) => !busy.includes(one)),
      which,
    );
  }

  async #reject(which: number): Promise<void> {
    const pipeline = this.#idle(which);
    if (pipeline && mayStart(pipeline, 'reject-model')) await this.#run(pipeline, 'reject-model');
  }

  async #stop(which: number): Promise<void> {
    const pipeline = this.#idle(which);
    if (pipeline) await this.#run(pipeline, 'delete-endpoint');
  }

  async #rollBack(which: number, mishap: Mishap | undefined): Promise<void> {
    const pipeline = this.#idle(which);
    if (pipeline) await this.#run(pipeline, 'rollback-endpoint', mishap);
  }

  /** What the merge request says before the merge. Nobody does anything between the two. */
  async #plan(pipeline: Pipeline): Promise<FinishedJob> {
    this.#made += 1;
    const { environment, id, root, project, serving } = pipeline;
    const emulator = this.#emulator;
    const nothing = async () => undefined;
    // Of a job in the midst of which people push, some calls may be under way.
    const calls: string[] = [];
    const done = ({ operation }: Call) => void calls.push(operation);
    const caller: Caller = { emulator, before: nothing, done, answered: nothing };
    const inputs = { ...WITHOUT_EVIDENCE, ...serving };
    const options = { emulator, root, environment, inputs, clock: clockOf(emulator) };
    const who = this.#identityOf(project, serving);
    const job = await callingFrom(caller, () =>
      startJob(planDeployment, { ...options, ...who, pipeline: `9${id}`, job: String(this.#made) }),
    );
    return { ...job, calls };
  }

  /** Nothing is returned of a job that died. */
  async #run(pipeline: Pipeline, name: JobName, mishap?: Mishap): Promise<FinishedJob | undefined> {
    this.#made += 1;
    const user = USERS[this.#made % USERS.length] ?? '';
    const running: Running = {
      name,
      pipeline,
      user,
      disturbed: false,
      reads: new Map(),
      answers: new Set(),
      live: new Map(),
    };
    this.#running.push(running);
    const before = this.#kindIn(pipeline.environment);
    const job = await this.#play(running, mishap);
    this.#running.splice(this.#running.indexOf(running), 1);
    if (job) this.#hold(() => this.#auditor.finished(running, job));
    const ended = job?.exit ?? 'died';
    pipeline.ended.set(name, ended);
    this.#count(`${name} in ${pipeline.environment}: ${ended}`);
    const kind = name === 'delete-endpoint' ? before : this.#kindIn(pipeline.environment);
    if (job?.exit === 0 && kind !== undefined) this.#count(`${name}: ${kind}`);
    for (const [what, words] of Object.entries(TOLD)) if (job?.log.includes(words)) this.#count(what);
    if (job?.record?.bake !== undefined) this.#count(`bake: ${String(job.record.bake)}`);
    if (this.#wrong) throw this.#wrong;
    return job;
  }

  /** Of which kind the endpoint of an environment is; `undefined` where it is one like most, or none. */
  #kindIn(environment: Environment): string | undefined {
    const config = this.#emulator.endpoint(`resale-price-${environment}`)?.config.request;
    if (config?.AsyncInferenceConfig) return 'asynchronous';
    return config?.ProductionVariants.some((each) => each.ServerlessConfig) ? 'serverless' : undefined;
  }

  /** The token of a job; one whose endpoint is described in a file reads that of its commit. */
  #identityOf(project: string, { endpoint_file: file }: Readonly<Record<string, string>>) {
    const gitlab = this.#gitlabs.get(project);
    if (file === undefined || !gitlab) return { claims: { project_id: project } };
    const env = { CI_JOB_TOKEN: gitlab.jobToken, GIT_STRATEGY: 'empty' };
    return { claims: { project_id: project, iss: gitlab.url }, env };
  }

  /** Nothing when the job died. */
  async #play(running: Running, mishap: Mishap | undefined): Promise<FinishedJob | undefined> {
    const { name, pipeline, user } = running;
    const { component, inputs } = partOf(name);
    const { environment, id, root, project } = pipeline;
    const emulator = this.#emulator;
    const { died, clock, caller } = this.#fate(running, mishap);
    const given = inputs?.(pipeline) ?? {};
    const options = { emulator, root, inputs: given, environment, user, clock, ...this.#identityOf(project, given) };
    const job = callingFrom(caller, () => startJob(component, { ...options, pipeline: id, job: String(this.#made) }));
    const ended = await Promise.race([job, died]);
    emulator.faults.clear();
    return ended;
  }

  /** How a job's calls fare, and what is done in the midst of them. */
  #fate(running: Running, mishap: Mishap | undefined) {
    return fateOf(blowIn(mishap), {
      emulator: this.#emulator,
      called: async (call) => {
        if (mishap?.kind === 'meanwhile' && call === mishap.call) await this.go(mishap.step);
        this.#auditor.before();
      },
      done: (call) => this.#hold(() => this.#auditor.called(running, call)),
      paused: async (wait) => {
        if (mishap?.kind === 'in a wait' && wait === mishap.wait) await this.go(mishap.step);
      },
    });
  }

  #version(which: number): string | undefined {
    const found = this.#emulator.registry.findGroup(GROUP);
    return latest(found?.packages ?? [], which)?.arn;
  }

  #update(which: number, change: Readonly<Record<string, unknown>>): void {
    const arn = this.#version(which);
    if (arn !== undefined) this.#emulator.do('UpdateModelPackage', { ModelPackageArn: arn, ...change });
  }

  #otherContent(): unknown {
    this.#made += 1;
    const Image = `111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/swapped:${this.#made}`;
    return { Containers: [{ Image, ModelDataUrl: 's3://swapped/model.tar.gz' }] };
  }

  #deployByHand({ environment, version, settles, special }: Extract<Step, { does: 'deploy by hand' }>): void {
    const arn = this.#version(version);
    if (arn === undefined) return;
    this.#made += 1;
    const [name, config] = [endpointOf(environment), `by-hand-${this.#made}`];
    this.#auditor.foreign.add(config);
    if (special) this.#auditor.special.add(config);
    const emulator = this.#emulator;
    try {
      this.#makeConfig(config, arn, special ? { VolumeSizeInGB: 100 } : {});
      const change = emulator.endpoint(name) ? 'UpdateEndpoint' : 'CreateEndpoint';
      emulator.do(change, { EndpointName: name, EndpointConfigName: config });
      if (settles) emulator.endpoints.settle(name);
    } catch (error) {
      // The endpoint is busy, or Failed: then it cannot be done.
      if (!(error instanceof AwsError)) throw error;
    }
  }

  /** A config and its model, as somebody makes them by hand. */
  #makeConfig(name: string, arn: string, more: object = {}): void {
    this.#made += 1;
    const ModelName = `by-hand-model-${this.#made}`;
    const PrimaryContainer = { ModelPackageName: arn };
    this.#emulator.do('CreateModel', { ModelName, PrimaryContainer, ExecutionRoleArn: EXECUTION_ROLE });
    const variant = { VariantName: 'AllTraffic', ModelName, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 };
    this.#emulator.do('CreateEndpointConfig', {
      EndpointConfigName: name,
      ProductionVariants: [{ ...variant, ...more }],
    });
  }

  /** SageMaker lets a config be deleted that serves; another may then be made with its name. */
  #deleteConfig({ environment, anew, version }: Extract<Step, { does: 'delete the live config' }>): void {
    const config = this.#emulator.endpoint(endpointOf(environment))?.config.name;
    if (config === undefined || !this.#emulator.models.configs.has(config.toLowerCase())) return;
    this.#emulator.do('DeleteEndpointConfig', { EndpointConfigName: config });
    this.#emulator.clock.advance(A_WHILE);
    const arn = this.#version(version);
    if (!anew || arn === undefined) return;
    this.#makeConfig(config, arn);
    this.#auditor.remade.set(config, this.#emulator.clock.now());
  }

  #break(name: string): void {
    const endpoint = this.#emulator.endpoint(name);
    if (endpoint && !endpoint.transition) endpoint.status = 'Failed';
  }

  /** A program would take what the auditor throws for an error of its own. */
  #hold(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#wrong ??= error;
    }
  }

  #count(what: string): void {
    this.#tally.set(what, (this.#tally.get(what) ?? 0) + 1);
  }
}

function latest<Item>(items: readonly Item[], which: number): Item | undefined {
  return items.length === 0 ? undefined : items.at(-1 - (which % items.length));
}

const endpointOf = (environment: number): string => `resale-price-${ENVIRONMENTS[environment] ?? 'dev'}`;

/** Whether a job did not come to an answer: it died, met trouble of AWS, or ran out of time. */
function isOpen(ended: number | 'died' | undefined): boolean {
  return ended === 'died' || ended === 75 || ended === 124;
}

/** The emulator's time, which a pause moves at once. */
function clockOf({ clock }: Emulator) {
  return {
    now: () => clock.now(),
    sleep: async (milliseconds: number) => clock.advance(milliseconds),
    random: () => 0.5,
  };
}

/** What happens to the job itself, where it is not somebody who does something meanwhile. */
function blowIn(mishap: Mishap | undefined): Blow {
  return mishap?.kind === 'meanwhile' || mishap?.kind === 'in a wait' ? undefined : mishap;
}
