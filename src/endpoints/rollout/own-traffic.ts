import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { passingTrouble, troubleOf } from '../../aws/trouble.ts';
import type { Clock, Deadline } from '../../ground/clock.ts';
import { inItsOwnWords } from '../../ground/error-parts.ts';
import { Failure } from '../../ground/failure.ts';
import type { BakeTraffic } from '../description/bake-traffic.ts';
import type { Endpoint } from '../endpoint.ts';
import { type InvocationRequest, invoke } from '../invocation.ts';
import { noteOwnRequests } from './own-note.ts';
import { startOf } from './watch.ts';

/** What a job has sent itself while a fleet bakes, and what came of it. */
export interface OwnRequests {
  readonly file: string;
  /** Every request that was begun: nobody knows of one without an answer whether it reached the model. */
  readonly sent: number;
  /** How many the model answered, well or not, or nobody answered. The others were throttled. */
  readonly answered: number;
  /** How many were not answered well. */
  readonly failed: number;
  /** How many requests this job has noted before it sent them. */
  readonly noted: number;
  /** How many had been answered at a time. */
  answeredBefore(time: Date): number;
}

/** What is sent, and where to. */
export interface OwnTrafficPlan {
  readonly endpoint: string;
  /** The endpoint config of the fleet that bakes. */
  readonly config: string;
  readonly traffic: BakeTraffic;
  readonly payload: Uint8Array;
  /** The most requests of one job. */
  readonly most: number;
}

interface Sending {
  readonly sagemaker: SageMakerClient;
  readonly clock: Clock;
  readonly deadline: Deadline;
  runtime(): Promise<SageMakerRuntimeClient>;
  log(line: string): void;
}

const MINUTE = 60_000;
/** Milliseconds after which a request has its answer or never gets one. */
const LONGEST_ANSWER = 70_000;

/**
 * Sends copies of a payload to an endpoint while a new fleet bakes: in the pauses between two looks, and only when the look before
 * has shown that it bakes. Whoever stops the job stops them.
 */
export class OwnTraffic implements OwnRequests {
  readonly file: string;
  sent = 0;
  failed = 0;
  noted = 0;
  readonly #plan: OwnTrafficPlan;
  readonly #context: Sending;
  readonly #request: InvocationRequest;
  readonly #answers: Date[] = [];
  #perMinute: number;
  #runtime: Promise<SageMakerRuntimeClient> | undefined;
  /** When the next request may be sent. */
  #due = 0;
  #bakes = false;
  #ended = false;

  constructor(plan: OwnTrafficPlan, context: Sending) {
    const { payload_file, content_type, accept, custom_attributes, requests_per_minute } = plan.traffic;
    this.file = payload_file;
    this.#plan = plan;
    this.#context = context;
    this.#perMinute = requests_per_minute;
    this.#request = {
      endpoint: plan.endpoint,
      payload: plan.payload,
      contentType: content_type,
      accept,
      customAttributes: custom_attributes,
    };
  }

  get answered(): number {
    return this.#answers.length;
  }

  answeredBefore(time: Date): number {
    return this.#answers.filter((at) => at < time).length;
  }

  /** What it sent so far: `own requests: 120, 1 failed`; empty before the first. */
  get clause(): string {
    if (this.sent === 0) return '';
    return `own requests: ${this.answered}, ${this.failed === 0 ? 'none' : this.failed} failed`;
  }

  /** Takes what a look shows, or that it shows nothing: requests are sent only while the new fleet bakes. */
  async see(endpoint: Endpoint | undefined): Promise<void> {
    this.#bakes = false;
    if (this.#ended || endpoint?.status !== 'Updating' || endpoint.pending !== this.#plan.config) return;
    const since = startOf(endpoint);
    const bakes = endpoint.pendingVariants.some(({ phases }) => phases.includes('Baking'));
    if (!bakes || !since) return;
    if (this.noted === 0) await this.#note(endpoint.arn, since);
    this.#bakes = !this.#ended;
  }

  async #note(endpointArn: string, since: Date): Promise<void> {
    const { config, most } = this.#plan;
    try {
      await noteOwnRequests(this.#context.sagemaker, endpointArn, { config, since, most });
      this.noted = most;
    } catch (error) {
      if (passingTrouble(error) !== undefined) throw error;
      this.#end(error);
    }
  }

  /** Pauses for so many milliseconds, and sends meanwhile what may be sent. */
  async pause(milliseconds: number): Promise<void> {
    const { clock } = this.#context;
    const ends = clock.now().getTime() + milliseconds;
    while (this.#maySend() && this.#due <= ends) {
      await this.#until(this.#due);
      this.#due = clock.now().getTime() + MINUTE / this.#perMinute;
      await this.#send();
    }
    await this.#until(ends);
  }

  /** None is begun that may outlast the job. */
  #maySend(): boolean {
    const { clock, deadline } = this.#context;
    const left = deadline.at.getTime() - clock.now().getTime();
    return this.#bakes && !this.#ended && this.sent < this.#plan.most && left > LONGEST_ANSWER;
  }

  async #until(time: number): Promise<void> {
    const { clock } = this.#context;
    const left = time - clock.now().getTime();
    if (left > 0) await clock.sleep(left);
  }

  async #send(): Promise<void> {
    this.sent += 1;
    const { clock, runtime } = this.#context;
    this.#runtime ??= runtime();
    try {
      const came = await invoke({ runtime: await this.#runtime, clock }, this.#request);
      this.#answered(came.is === 'answered' && came.answer.status === 200);
    } catch (error) {
      if (troubleOf(error) === 'throttled') this.#slowDown();
      else if (passingTrouble(error) !== undefined) this.#answered(false);
      else this.#end(error);
    }
  }

  #answered(well: boolean): void {
    this.#answers.push(this.#context.clock.now());
    if (!well) this.failed += 1;
  }

  #slowDown(): void {
    if (this.#perMinute === 1) return;
    this.#perMinute = Math.ceil(this.#perMinute / 2);
    this.#due = this.#context.clock.now().getTime() + MINUTE / this.#perMinute;
    this.#context.log(`AWS throttles the requests of this job: from now on, it sends ${this.#perMinute} a minute.`);
  }

  /** Without them, the deployment goes on: the bake then shows less. */
  #end(error: unknown): void {
    this.#ended = true;
    const why = error instanceof Failure && error.cause !== undefined ? error.cause : error;
    this.#context.log(`This job sends no more requests of its own: ${inItsOwnWords(why)}`);
  }
}
