import type { Emulator } from '../../emulator/emulator.ts';
import type { Invoked } from '../../emulator/runtime.ts';
import type { EndpointConfig } from '../../emulator/sagemaker/models.ts';
import type { Call } from '../../emulator/world.ts';
import type { FinishedJob } from '../components/job.ts';
import { ENVIRONMENTS, type Environment, type JobName, MIN_BAKE_REQUESTS, type Pipeline } from './project.ts';

/** A run of a job, as the auditor follows it. */
export interface Running {
  readonly name: JobName;
  readonly pipeline: Pipeline;
  readonly user: string;
  /** Whether anybody else did anything while it ran. */
  disturbed: boolean;
  /** Versions as the job itself last read them, by ARN. */
  readonly reads: Map<string, Seen>;
  /** The endpoint as the job itself last read it. */
  looked?: Looked | undefined;
  /** The versions that answered it. */
  readonly answers: Set<string | undefined>;
  /** Configs that it saw live, each with the version that it served. */
  readonly live: Map<string, string | undefined>;
  /** The config that it began to bring to the endpoint. */
  began?: string | undefined;
  /** Every version as it was when AWS answered the job's last request; and the last before that of another operation. */
  lately?: { readonly operation: string; readonly seen: Versions; readonly ahead: Versions } | undefined;
}

/** A version at one moment. */
interface Seen {
  readonly arn: string;
  readonly content: string;
  readonly approval: string | undefined;
  readonly withdrawn: boolean;
}

type Versions = ReadonlyMap<string, Seen>;

interface Looked {
  readonly status: string;
  readonly config: string;
  readonly pending: string | undefined;
  readonly serves: string | undefined;
}

/** Something about a version in an environment, as somebody or some job made it true. */
interface Fact {
  readonly environment: Environment;
  readonly pipeline: string;
  readonly arn: string;
  readonly content: string;
}

type Approval = Fact & { readonly by: string };
type Deployed = Fact & { readonly config: string; readonly before: string | undefined };

const EXITS = [0, 1, 64, 75, 77, 80, 124];

/**
 * Knows what must be true of every history, from what people did and what AWS really holds. It reads no record of the programs
 * but to hold it against that, and shares no code with them.
 */
export class Auditor {
  readonly approvals: Approval[] = [];
  readonly validations: Fact[] = [];
  readonly deployments: Deployed[] = [];
  /** Configs that somebody deployed by hand. */
  readonly foreign = new Set<string>();
  /** Those of them that have what none of ours can have. */
  readonly special = new Set<string>();
  /** Configs that were deleted and made anew while they served, and when. */
  readonly remade = new Map<string, Date>();
  /** Endpoint -> the project whose job brought something there first. */
  readonly #owners = new Map<string, string>();
  readonly #emulator: Emulator;
  readonly #withdrawn = new Set<string>();
  /** Pipeline -> executions that it started. */
  readonly #executions = new Map<string, string[]>();
  /** Pipeline -> what its check showed to the approver. */
  readonly #shown = new Map<string, Seen>();
  /** The last request of any job that reached a fleet. */
  #lastInvoked: Invoked | undefined;
  /** Config -> when it was last brought to its endpoint, and how many requests deploy-model has sent to it itself since. */
  readonly #brought = new Map<string, Date>();
  readonly #own = new Map<string, number>();
  /** The configs that an endpoint serves or is on its way to. */
  #needed: ReadonlySet<string> = new Set();
  #before = new Map<string, { readonly config: string; readonly modified: Date }>();

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
    const { runtime } = emulator;
    const { onInvoked } = runtime;
    runtime.onInvoked = (invoked) => {
      this.#lastInvoked = invoked;
      onInvoked(invoked);
    };
  }

  /** A call of a job is about to take effect. */
  before(): void {
    this.#before = new Map(this.#live().map(({ name, ...live }) => [name, live]));
    const endpoints = [...this.#emulator.endpoints.all.values()];
    this.#needed = new Set(
      endpoints.flatMap(({ config, pending }) => [config.name, pending?.config.name ?? config.name]),
    );
  }

  /** A call of a job has been answered, or has taken effect without an answer. */
  called(running: Running, { operation, input, answer }: Call): void {
    const asked: Readonly<Record<string, unknown>> = typeof input === 'object' && input !== null ? { ...input } : {};
    const { lately } = running;
    const ahead = lately?.operation === operation ? lately.ahead : (lately?.seen ?? new Map());
    running.lately = { operation, seen: this.#versions(), ahead };
    if (operation === 'DescribeEndpoint') this.#looks(running, String(asked.EndpointName));
    const took = answer === 'ok' || answer.endsWith('after the effect');
    if (!took) return;
    if (operation === 'DescribeModelPackage') this.#reads(running, String(asked.ModelPackageName));
    if (operation === 'InvokeEndpoint') this.#invoked(running, String(asked.EndpointName));
    if (operation === 'StartPipelineExecution') this.#started(running);
    if (operation === 'UpdateModelPackage') this.#wrote(running, asked);
    const brings = operation === 'CreateEndpoint' || operation === 'UpdateEndpoint';
    if (brings && running.name === 'rollback-endpoint') this.#returned(running, asked);
    else if (brings) this.#deployed(running, asked);
    if (operation === 'DeleteEndpoint') this.#deleted(running, String(asked.EndpointName));
    if (operation === 'DeleteEndpointConfig') this.#cleanedConfig(running, String(asked.EndpointConfigName));
    if (operation === 'DeleteModel') this.#cleanedModel(running, String(asked.ModelName));
  }

  #invoked(running: Running, endpoint: string): void {
    running.answers.add(this.#look(endpoint)?.serves);
    if (running.name === 'deploy-model') this.#sent(running);
  }

  /** A job may send requests itself, to what it brings: while that bakes, and never once SageMaker rolls it back. */
  #sent({ looked, began }: Running): void {
    must(
      began === undefined || looked?.pending === began,
      `requests were sent to ${looked?.pending}, and not ${began}`,
    );
    must(looked?.status === 'Updating', `requests were sent, and the job saw the endpoint ${looked?.status}`);
    const { config = '' } = this.#lastInvoked ?? {};
    this.#own.set(config, (this.#own.get(config) ?? 0) + 1);
  }

  /** A good bake has had its requests, and of others: whatever the job itself sent. */
  #baked({ pipeline }: Running, { record, log }: FinishedJob): void {
    if (record?.bake !== 'good') return;
    const config = String(record.config);
    const dimensions = {
      EndpointName: `resale-price-${pipeline.environment}`,
      VariantName: 'AllTraffic',
      EndpointConfigName: config,
    };
    const metric = { namespace: 'AWS/SageMaker', name: 'Invocations', dimensions };
    const start = Math.floor((this.#brought.get(config)?.getTime() ?? 0) / 60_000) * 60_000;
    const now = new Date(8.64e15);
    const length = this.#emulator.clock.now().getTime() + 60_000 - start;
    const all = this.#emulator.cloudwatch.metrics.values(metric, { start, length, now }).length;
    const others = all - (this.#own.get(config) ?? 0);
    must(others >= MIN_BAKE_REQUESTS, `the bake of ${config} is good, by ${others} requests of others:\n${log}`);
  }

  /** A job that ends by itself leaves no alarm of a release, whether it ends well or not. */
  #leftNoAlarm({ pipeline, disturbed, began, name }: Running, { exit, log }: FinishedJob): void {
    const ended = exit === 0 || (exit === 1 && began !== undefined);
    if (disturbed || !ended) return;
    const prefix = `sagemaker-components/resale-price-${pipeline.environment}/`;
    const left = [...this.#emulator.cloudwatch.alarms.all.keys()].filter((alarm) => alarm.startsWith(prefix));
    must(left.length === 0, `${name} ended with ${exit} and left ${left.join(' and ')}:\n${log}`);
  }

  /** Only its own project's, in its own environment, and never the last one's; deploy-model's only where it has failed. */
  #deleted({ name: job, pipeline, looked }: Running, name: string): void {
    must(name === `resale-price-${pipeline.environment}`, `a job of ${pipeline.environment} deleted ${name}`);
    if (job === 'deploy-model') must(looked?.status === 'Failed', 'an endpoint that has not failed was deleted');
    else {
      const owner = this.#owners.get(name);
      must(owner === pipeline.project, `project ${pipeline.project} deleted ${name}, which ${owner ?? 'nobody'} owns`);
      must(pipeline.environment !== 'main', 'the endpoint at the end of the path was deleted');
    }
    this.#owners.delete(name);
  }

  /** Nothing that an endpoint serves, is on its way to or served before; and some release to return to stays. */
  #cleanedConfig({ name: job, pipeline: { environment } }: Running, config: string): void {
    must(job === 'deploy-model', `${job} deleted the config ${config}`);
    must(!this.foreign.has(config), `${config} was deleted, which somebody made by hand`);
    must(!this.#needed.has(config), `${config} was deleted, which an endpoint needs`);
    const live = this.#look(`resale-price-${environment}`);
    const last = this.deployments.findLast((one) => one.environment === environment && one.config === live?.config);
    must(last?.before !== config, `${config} was deleted, which served before`);
    const packages = [...this.#emulator.models.configs.values()].map(({ request }) => this.#servedBy(request));
    const validated = new Set(
      this.validations.flatMap(({ arn }) => (this.#isValidatedIn(environment, arn) ? [arn] : [])),
    );
    const returnable = packages.filter((arn) => arn !== undefined && validated.has(arn));
    const gone = this.deployments.findLast((one) => one.config === config)?.arn;
    if (gone !== undefined && validated.has(gone))
      must(returnable.length > 0, `${config} was deleted, the last of ${environment} to return to`);
  }

  #cleanedModel({ name: job }: Running, model: string): void {
    must(job === 'deploy-model', `${job} deleted the model ${model}`);
    const naming = [...this.#emulator.models.configs.values()].filter(({ request }) =>
      request.ProductionVariants.some(({ ModelName }) => ModelName === model),
    );
    must(naming.length === 0, `${model} was deleted, which ${naming.map(({ name }) => name).join(' and ')} name`);
  }

  /** A job has come to its end by itself. */
  finished(running: Running, job: FinishedJob): void {
    const { exit, log } = job;
    must(EXITS.includes(exit), `exit code ${exit} is none of ours`);
    must(!/\n\s+at .*[(:]/.test(log), `the log shows a stack:\n${log}`);
    must(!/Unexpected error|EmulatorMistake/.test(log), `the program did not understand what it met:\n${log}`);
    must(exit === 0 || /\nNext: .+$/.test(log), `the log does not end with what to do next:\n${log}`);
    if (running.name === 'deploy-model') this.#leftNothingUnderWay(running, job);
    if (running.name === 'deploy-model' || running.name === 'delete-endpoint') this.#leftNoAlarm(running, job);
    if (exit !== 0) return;
    if (running.name === 'deploy-pipeline') this.#trained(running, job);
    if (running.name === 'check-model') this.#showed(running, job);
    if (running.name === 'approve-model') this.#approved(running, job);
    if (running.name === 'deploy-model') {
      this.#greenDeployment(running, job);
      this.#baked(running, job);
    }
    if (running.name === 'validate-endpoint') this.#greenValidation(running, job);
    if (running.name === 'rollback-endpoint') this.#greenRollback(running, job);
    if (running.name === 'deploy-model' || running.name === 'validate-endpoint') this.#stillWanted(running, job);
  }

  /** True after every step, whoever did it. */
  always(): void {
    for (const { name, config } of this.#live()) {
      if (this.foreign.has(config)) continue;
      const environment = environmentOf(name);
      const deployed = this.deployments.findLast((one) => one.environment === environment && one.config === config);
      must(deployed, `${name} serves ${config}, which no job brought there`);
      this.#hasItsAuditTrail(deployed);
    }
  }

  /** A version as it is now. */
  seen(arn: string): Seen {
    const found = this.#emulator.package(arn);
    const content = JSON.stringify(found?.content.InferenceSpecification ?? null);
    return { arn, content, approval: found?.approval, withdrawn: this.#withdrawn.has(arn) };
  }

  #versions(): Versions {
    const all = [...this.#emulator.registry.groups.values()].flatMap(({ packages }) =>
      packages.map(({ arn }) => this.seen(arn)),
    );
    return new Map(all.map((one) => [one.arn, one]));
  }

  #live(): { name: string; config: string; modified: Date }[] {
    const all = [...this.#emulator.endpoints.all.values()];
    return all.map(({ name, config, modified }) => ({ name, config: config.name, modified }));
  }

  /** The one version behind the config that has this name now. */
  #behind(config: string): string | undefined {
    const found = this.#emulator.models.configs.get(config.toLowerCase());
    return found && this.#servedBy(found.request);
  }

  #servedBy({ ProductionVariants: variants }: EndpointConfig['request']): string | undefined {
    const { models } = this.#emulator;
    const packages = variants.map(
      ({ ModelName }) => models.models.get(ModelName?.toLowerCase() ?? '')?.request.PrimaryContainer?.ModelPackageName,
    );
    return packages.length === 1 ? packages[0] : undefined;
  }

  #reads({ reads }: Running, arn: string): void {
    reads.set(arn, this.seen(arn));
  }

  /** What a job saw live stays seen, whatever comes after: the clean-up looks again after the deployment has ended. */
  #looks(running: Running, name: string): void {
    const looked = this.#look(name);
    running.looked = looked;
    if (looked?.status === 'InService' && looked.pending === undefined) running.live.set(looked.config, looked.serves);
  }

  #look(name: string): Looked | undefined {
    const endpoint = this.#emulator.endpoints.all.get(name.toLowerCase());
    if (!endpoint) return undefined;
    const { status, config, pending } = endpoint;
    return { status, config: config.name, pending: pending?.config.name, serves: this.#servedBy(config.request) };
  }

  /** One pipeline trains once, and again only when that failed. */
  #started({ pipeline }: Running): void {
    const all = [...this.#emulator.executions.all.values()];
    const started = all.at(-1);
    if (!started) return;
    const before = this.#executions.get(pipeline.id) ?? [];
    if (before.includes(started.arn)) return;
    const useful = all.filter(({ arn, status }) => before.includes(arn) && /^(Executing|Succeeded)$/.test(status));
    must(useful.length === 0, `pipeline ${pipeline.id} trains twice`);
    this.#executions.set(pipeline.id, [...before, started.arn]);
  }

  /** What the executions of a pipeline have registered. */
  #registeredBy(pipeline: string): string[] {
    const own = (this.#executions.get(pipeline) ?? []).map((arn) => this.#emulator.executions.all.get(arn));
    return own.flatMap((one) => one?.run.runs.flatMap(({ metadata }) => metadata?.RegisterModel?.Arn ?? []) ?? []);
  }

  #trained({ pipeline }: Running, { record }: FinishedJob): void {
    const told = JSON.stringify(record?.packages ?? []);
    const registered = this.#registeredBy(pipeline.id);
    must(
      registered.every((arn) => told.includes(`"${arn}"`)) && pipeline.good === (record?.outcome === 'registered'),
      `deploy-pipeline tells ${told}, and its execution registered ${registered}`,
    );
    must(!pipeline.forged || !pipeline.good, `deploy-pipeline hands over ${told}, which came with entries`);
  }

  /** dev sees what its own run registered; later environments the newest that the one before them validated. */
  #showed({ pipeline, disturbed, reads }: Running, { record }: FinishedJob): void {
    const shown = reads.get(String(record?.package));
    must(shown, `check-model shows ${record?.package} and has not looked at it`);
    this.#shown.set(pipeline.id, shown);
    if (disturbed) return;
    const before = environmentBefore(pipeline.environment);
    if (before === undefined) {
      must(this.#registeredBy(pipeline.id).includes(shown.arn), `${shown.arn} is not what this pipeline registered`);
      return;
    }
    const lawful = [...new Set(this.validations.map(({ arn }) => arn))].filter((arn) =>
      this.#isValidatedIn(before, arn),
    );
    const newest = lawful.sort((one, other) => versionOf(other) - versionOf(one))[0];
    must(shown.arn === newest, `${shown.arn} is shown, and the newest that ${before} validated is ${newest}`);
  }

  /** Validated there, and unchanged, wanted and unrejected still. */
  #isValidatedIn(environment: Environment, arn: string): boolean {
    const now = this.seen(arn);
    const last = (facts: readonly Fact[]) =>
      facts.findLast((one) => one.environment === environment && one.arn === arn)?.content;
    const same = last(this.validations) === now.content && last(this.approvals) === now.content;
    return same && now.approval === 'Approved' && !now.withdrawn;
  }

  /** Each duty writes its own key and no other, and a status only in the first environment. */
  #wrote(running: Running, asked: Readonly<Record<string, unknown>>): void {
    const { name, pipeline } = running;
    const { environment } = pipeline;
    const written: [string, unknown][] = Object.entries(asked.CustomerMetadataProperties ?? {});
    const keys = { ...KEYS, 'check-model': '', 'deploy-model': '', 'delete-endpoint': '' };
    const key = name === 'deploy-pipeline' ? keys[name] : `${keys[name]}.${environment}`;
    const beside = (BESIDE[name] ?? []).map((end) => `${key}.${end}`);
    const [own, others] = [
      written.filter(([each]) => each === key),
      written.filter(([each]) => !beside.includes(each)),
    ];
    must(own.length === 1 && others.length === 1, `${name} in ${environment} wrote ${JSON.stringify(asked)}`);
    const mayJudge = environment === 'dev' && (name === 'approve-model' || name === 'reject-model');
    must(mayJudge || asked.ModelApprovalStatus === undefined, `${name} in ${environment} wrote an approval status`);
    const arn = String(asked.ModelPackageArn);
    if (name === 'reject-model' || name === 'rollback-endpoint') this.#withdrawn.add(arn);
    if (name === 'approve-model') this.#pressed(running, arn);
    if (name === 'validate-endpoint') this.#validated(running, arn, String(own[0]?.[1]));
  }

  /** Nobody approves anything but what was shown, as it was shown. */
  #pressed({ pipeline, user, reads }: Running, arn: string): void {
    const read = reads.get(arn);
    const shown = this.#shown.get(pipeline.id);
    must(shown?.arn === arn, `${arn} was approved, and ${shown?.arn} was shown`);
    must(read?.content === shown.content, `${arn} was approved with a content that nobody was shown`);
    must(read.approval !== 'Rejected' && !read.withdrawn, `${arn} was approved after it was rejected`);
    const { environment, id } = pipeline;
    this.approvals.push({ environment, pipeline: id, arn, content: read.content, by: user });
  }

  #approved({ pipeline, reads }: Running, { record }: FinishedJob): void {
    const { id, environment } = pipeline;
    const approval = reads.get(String(record?.package))?.approval;
    const pressed = this.approvals.some(
      (one) => one.environment === environment && one.pipeline === id && one.arn === record?.package,
    );
    must(pressed, `the approval of ${record?.package} in ${environment} is green, and nobody wrote one`);
    must(approval === 'Approved', `the approval is green, and ${record?.package} is ${approval}`);
  }

  /** Only what this environment's approver approved in this pipeline, unchanged, unrejected, validated one environment before. */
  #deployed(running: Running, asked: Readonly<Record<string, unknown>>): void {
    const { pipeline, reads, looked } = running;
    const { environment, id } = pipeline;
    const [name, config] = [String(asked.EndpointName), String(asked.EndpointConfigName)];
    running.began = config;
    this.#brought.set(config, this.#emulator.clock.now());
    this.#own.delete(config);
    must(name === `resale-price-${environment}`, `a job of ${environment} changed ${name}`);
    const arn = this.#behind(config);
    const own = this.approvals.filter((one) => one.environment === environment && one.pipeline === id);
    const approval = own.findLast((one) => one.arn === arn);
    must(approval, `${arn} goes to ${environment}, where the approver of pipeline ${id} did not approve it`);
    const read = running.lately?.ahead.get(approval.arn);
    must(read && reads.has(approval.arn), `${arn} goes to ${environment}, and the job has not looked at it`);
    must(read.content === approval.content, `${arn} goes to ${environment} with another content than was approved`);
    must(read.approval === 'Approved' && !read.withdrawn, `${arn} goes to ${environment} although it is rejected`);
    const before = environmentBefore(environment);
    const validated = this.validations.some(
      (one) => one.environment === before && one.arn === arn && one.content === approval.content,
    );
    must(before === undefined || validated, `${arn} goes to ${environment}, and ${before} never validated it`);
    const older = looked?.serves !== undefined && versionOf(approval.arn) < versionOf(looked.serves);
    must(!older, `${arn} goes to ${environment} over the newer ${looked?.serves}`);
    const replaced = this.#before.get(name);
    const seen = replaced && this.special.has(replaced.config) && !this.#isForgotten(replaced);
    must(!seen, `${arn} goes to ${environment} over ${replaced?.config}, which has what no config of ours has`);
    const owner = this.#owners.get(name) ?? pipeline.project;
    must(owner === pipeline.project, `project ${pipeline.project} changed ${name}, which project ${owner} owns`);
    this.#owners.set(name, owner);
    this.deployments.push({ ...approval, config, before: replaced?.config });
  }

  /** A rollback goes only to what served here, was approved and validated here as it is, and what nobody withdrew. */
  #returned(running: Running, asked: Readonly<Record<string, unknown>>): void {
    const { environment, project } = running.pipeline;
    const [name, config] = [String(asked.EndpointName), String(asked.EndpointConfigName)];
    running.began = config;
    must(name === `resale-price-${environment}`, `a job of ${environment} rolled back ${name}`);
    const last = this.deployments.findLast((one) => one.environment === environment && one.config === config);
    must(last, `${name} goes back to ${config}, which no job ever brought there`);
    must(this.#behind(config) === last.arn, `${name} goes back to ${config}, which no longer serves ${last.arn}`);
    const read = running.lately?.ahead.get(last.arn);
    const of = (facts: readonly Fact[]) =>
      facts.findLast((one) => one.environment === environment && one.arn === last.arn)?.content;
    must(read, `${name} goes back to ${last.arn}, and the job has not looked at it`);
    must(
      of(this.validations) === read.content,
      `${name} goes back to ${last.arn}, which ${environment} did not validate so`,
    );
    must(of(this.approvals) === read.content, `${name} goes back to ${last.arn}, which nobody approved so`);
    must(read.approval === 'Approved' && !read.withdrawn, `${name} goes back to ${last.arn} although it is rejected`);
    const replaced = this.#before.get(name);
    const left = replaced && this.deployments.findLast((one) => one.config === replaced.config)?.arn;
    must(!left || left === last.arn || this.#withdrawn.has(left), `${name} leaves ${left}, which nobody withdrew`);
    const owner = this.#owners.get(name) ?? project;
    must(owner === project, `project ${project} rolled back ${name}, which project ${owner} owns`);
    this.#owners.set(name, owner);
    this.deployments.push({ ...last, config, before: replaced?.config });
  }

  /** A green rollback serves what it tells; what was rejected before the job's last request does not end well. */
  #greenRollback({ looked, lately }: Running, { record, log }: FinishedJob): void {
    const now = lately?.seen.get(String(record?.package));
    must(now?.approval === 'Approved' && !now.withdrawn, `a rollback is green, and ${now?.arn} is rejected:\n${log}`);
    const live = looked?.status === 'InService' && looked.pending === undefined;
    must(
      live && looked.config === record?.config && looked.serves === record.package,
      `rollback-endpoint is green, and the endpoint is ${JSON.stringify(looked)}:\n${log}`,
    );
  }

  /** Nobody can tell what a config was that was made anew before the last change of its endpoint: docs/security.md says so. */
  #isForgotten({ config, modified }: { readonly config: string; readonly modified: Date }): boolean {
    const remade = this.remade.get(config);
    return remade !== undefined && remade <= modified;
  }

  /** What was rejected or changed before the job's last request does not end well. */
  #stillWanted({ lately, pipeline, name }: Running, { record, log }: FinishedJob): void {
    const now = lately?.seen.get(String(record?.package));
    if (!now) return;
    const approval = this.approvals.findLast((one) => one.pipeline === pipeline.id && one.arn === now.arn);
    must(now.approval === 'Approved' && !now.withdrawn, `${name} is green, and ${now.arn} is ${now.approval}:\n${log}`);
    must(now.content === approval?.content, `${name} is green, and ${now.arn} was changed:\n${log}`);
  }

  /** A job that ends by itself has seen its update to the end. */
  #leftNothingUnderWay({ pipeline, disturbed, began }: Running, { exit, log }: FinishedJob): void {
    if (disturbed || began === undefined || (exit !== 0 && exit !== 1)) return;
    const pending = this.#look(`resale-price-${pipeline.environment}`)?.pending;
    must(pending !== began, `deploy-model ended with ${exit} and left its update under way:\n${log}`);
  }

  #greenDeployment({ pipeline, looked, live }: Running, { record, log }: FinishedJob): void {
    const { environment } = pipeline;
    must(record?.outcome === 'deployed', `deploy-model is green and tells ${JSON.stringify(record)}`);
    must(
      record.package !== undefined && live.get(String(record.config)) === record.package,
      `deploy-model is green, and the endpoint is ${JSON.stringify(looked)}:\n${log}`,
    );
    const last = this.deployments.findLast((one) => one.environment === environment && one.config === record.config);
    must(last, `deploy-model is green, and no job brought ${record.config} to ${environment}`);
    must(
      record.previous_config === last.before,
      `deploy-model tells ${record.previous_config} as the config before, and it was ${last.before}:\n${log}`,
    );
  }

  /** A validation is worth what the endpoint served when the model was asked. */
  #validated(running: Running, arn: string, value: string): void {
    const { environment, id } = running.pipeline;
    this.#answered(running, arn);
    const read = running.reads.get(arn);
    const approval = this.approvals.findLast((one) => one.pipeline === id && one.arn === arn);
    must(approval && read?.content === approval.content, `${arn} was validated with another content than was approved`);
    must(read.approval !== 'Rejected' && !read.withdrawn, `${arn} was validated after it was rejected`);
    const named = ` config=${running.looked?.config}`;
    must(value.includes(named), `the validation says ${value}, and the endpoint serves${named}`);
    this.validations.push({ environment, pipeline: id, arn, content: read.content });
  }

  #answered({ pipeline, looked, answers }: Running, arn: string): void {
    const { environment } = pipeline;
    const live = looked?.status === 'InService' && looked.pending === undefined && looked.serves === arn;
    const ours = this.deployments.some((one) => one.environment === environment && one.config === looked?.config);
    must(live && ours, `${arn} passed the validation, and the endpoint is ${JSON.stringify(looked)}`);
    must(answers.size === 1 && answers.has(arn), `${arn} passed the validation, and ${[...answers]} answered`);
  }

  #greenValidation(running: Running, { record }: FinishedJob): void {
    const { environment, id } = running.pipeline;
    this.#answered(running, String(record?.package));
    const validation = this.validations.some(
      (one) => one.environment === environment && one.pipeline === id && one.arn === record?.package,
    );
    must(validation, `validate-endpoint is green in ${environment}, and validated nothing`);
  }

  /** Who approved what is live is in the registry, and it is true. */
  #hasItsAuditTrail({ environment, arn }: Deployed): void {
    const written = this.#emulator.package(arn)?.metadata[`approved.${environment}`] ?? '';
    const words = new Map(written.split(' ').map((word) => [word.split('=')[0], word.slice(word.indexOf('=') + 1)]));
    const [by, pipeline] = [words.get('by'), words.get('pipeline')];
    const isTrue = this.approvals.some(
      (one) => one.environment === environment && one.arn === arn && one.by === by && one.pipeline === pipeline,
    );
    must(isTrue, `${arn} is live in ${environment}, and its registry entry says "${written}"`);
  }
}

const KEYS = {
  'deploy-pipeline': 'built',
  'approve-model': 'approved',
  'reject-model': 'withdrawn',
  'rollback-endpoint': 'withdrawn',
  'validate-endpoint': 'validated',
} as const;

const BESIDE: Readonly<Partial<Record<JobName, readonly string[]>>> = {
  'approve-model': ['comment', 'before'],
  'reject-model': ['comment'],
  'rollback-endpoint': ['comment'],
  'validate-endpoint': ['asked'],
};

function must(truth: unknown, otherwise: string): asserts truth {
  if (!truth) throw new Error(otherwise);
}

function environmentBefore(environment: Environment): Environment | undefined {
  return ENVIRONMENTS[ENVIRONMENTS.indexOf(environment) - 1];
}

function environmentOf(endpoint: string): Environment | undefined {
  return ENVIRONMENTS.find((environment) => endpoint === `resale-price-${environment}`);
}

function versionOf(arn: string): number {
  return Number(arn.slice(arn.lastIndexOf('/') + 1));
}
