import type * as api from '@aws-sdk/client-sagemaker';
import type { Principal, World } from '../world.ts';
import { type Definition, parseDefinition } from './definition.ts';
import { arnOf, type Given, invalid, listed, notFound, page, served, userContext } from './service.ts';
import { StepCache } from './step-cache.ts';
import type { Tags } from './tags.ts';

export interface PipelineVersion {
  readonly id: number;
  readonly text: string;
  readonly definition: Definition;
  readonly created: Date;
  lastExecution?: string;
}

export interface Pipeline {
  readonly name: string;
  readonly arn: string;
  readonly created: Date;
  readonly number: number;
  readonly createdBy: Principal;
  readonly token: string | undefined;
  readonly versions: PipelineVersion[];
  readonly cache: StepCache;
  displayName?: string | undefined;
  description?: string | undefined;
  parallelism?: Given<api.ParallelismConfiguration> | undefined;
  role: string;
  modified: { at: Date; by: Principal };
  lastRun?: Date;
}

type Location = Given<api.PipelineDefinitionS3Location>;

/** Pipelines and the versions of their definitions. */
export class Pipelines {
  readonly all = new Map<string, Pipeline>();
  /** What lies in S3, for definitions that are given by their place and for what steps read: `bucket/key` -> text. */
  readonly objects = new Map<string, string>();
  readonly #world: World;
  readonly #tags: Tags;
  #made = 0;

  constructor(world: World, tags: Tags) {
    this.#world = world;
    this.#tags = tags;
  }

  operations = () =>
    served({
      CreatePipeline: this.#create,
      UpdatePipeline: this.#update,
      DescribePipeline: this.#describe,
      ListPipelines: this.#list,
      DeletePipeline: this.#delete,
      ListPipelineVersions: this.#listVersions,
    });

  find(nameOrArn: string): Pipeline | undefined {
    return this.all.get(nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1));
  }

  mustHave(nameOrArn: string): Pipeline {
    const found = this.find(nameOrArn);
    if (found) return found;
    const arn = nameOrArn.startsWith('arn:') ? nameOrArn : this.#arn(nameOrArn);
    throw notFound(`Pipeline '${arn}' does not exist.`);
  }

  /** The version asked for, else the newest. */
  version(pipeline: Pipeline, id?: number): PipelineVersion {
    const found = id === undefined ? pipeline.versions.at(-1) : pipeline.versions.find((one) => one.id === id);
    if (!found) throw notFound(`Pipeline version ${id} of '${pipeline.arn}' does not exist.`);
    return found;
  }

  #create = (input: Given<api.CreatePipelineCommandInput>, principal: Principal) => {
    const { PipelineName: name, ClientRequestToken: token } = input;
    const before = this.all.get(name);
    if (before && token !== undefined && before.token === token) return { PipelineArn: before.arn };
    if (before) {
      throw invalid(
        `Pipeline names must be unique within an AWS account and region. Pipeline with name (${name}) already exists.`,
      );
    }
    const text = this.#textOf(input);
    if (text === undefined)
      throw invalid('Exactly one of PipelineDefinition and PipelineDefinitionS3Location must be specified.');
    const now = this.#world.clock.now();
    this.#made += 1;
    const pipeline: Pipeline = {
      name,
      arn: this.#arn(name),
      created: now,
      number: this.#made,
      createdBy: principal,
      token,
      versions: [{ id: 1, text, definition: parseDefinition(text), created: now }],
      cache: new StepCache(),
      displayName: input.PipelineDisplayName,
      description: input.PipelineDescription,
      parallelism: input.ParallelismConfiguration,
      role: input.RoleArn,
      modified: { at: now, by: principal },
    };
    this.#tags.put(pipeline.arn, input.Tags);
    this.all.set(name, pipeline);
    return { PipelineArn: pipeline.arn };
  };

  #update = (input: Given<api.UpdatePipelineCommandInput>, principal: Principal) => {
    const pipeline = this.mustHave(input.PipelineName);
    const newest = this.version(pipeline);
    const text = this.#textOf(input) ?? newest.text;
    const now = this.#world.clock.now();
    const version = { id: newest.id + 1, text, definition: parseDefinition(text), created: now };
    pipeline.versions.push(version);
    pipeline.role = input.RoleArn ?? pipeline.role;
    pipeline.displayName = input.PipelineDisplayName ?? pipeline.displayName;
    pipeline.description = input.PipelineDescription ?? pipeline.description;
    pipeline.parallelism = input.ParallelismConfiguration ?? pipeline.parallelism;
    pipeline.modified = { at: now, by: principal };
    return { PipelineArn: pipeline.arn, PipelineVersionId: version.id };
  };

  #textOf({
    PipelineDefinition: text,
    PipelineDefinitionS3Location: place,
  }: {
    PipelineDefinition?: string | undefined;
    PipelineDefinitionS3Location?: Location | undefined;
  }) {
    if (text !== undefined && place)
      throw invalid('Exactly one of PipelineDefinition and PipelineDefinitionS3Location must be specified.');
    if (!place) return text;
    const found = this.objects.get(`${place.Bucket}/${place.ObjectKey}`);
    if (found === undefined)
      throw invalid(`Could not read the pipeline definition at s3://${place.Bucket}/${place.ObjectKey}.`);
    return found;
  }

  #describe = (input: Given<api.DescribePipelineCommandInput>): Given<api.DescribePipelineCommandOutput> => {
    const pipeline = this.mustHave(input.PipelineName);
    return {
      PipelineArn: pipeline.arn,
      PipelineName: pipeline.name,
      PipelineDisplayName: pipeline.displayName,
      PipelineDescription: pipeline.description,
      PipelineDefinition: this.version(pipeline, input.PipelineVersionId).text,
      PipelineStatus: 'Active',
      RoleArn: pipeline.role,
      ParallelismConfiguration: pipeline.parallelism,
      CreationTime: pipeline.created,
      CreatedBy: userContext(pipeline.createdBy),
      LastModifiedTime: pipeline.modified.at,
      LastModifiedBy: userContext(pipeline.modified.by),
      LastRunTime: pipeline.lastRun,
    };
  };

  #list = (input: Given<api.ListPipelinesCommandInput>): Given<api.ListPipelinesCommandOutput> => {
    const { PipelineNamePrefix: prefix = '', CreatedAfter, CreatedBefore } = input;
    const named = [...this.all.values()].filter(({ name }) => name.startsWith(prefix));
    const sorted = listed(
      named,
      { ...input, CreationTimeAfter: CreatedAfter, CreationTimeBefore: CreatedBefore },
      { order: 'Descending' },
    );
    const { items, next } = page(sorted, input);
    return {
      PipelineSummaries: items.map((pipeline) => ({
        PipelineArn: pipeline.arn,
        PipelineName: pipeline.name,
        PipelineDisplayName: pipeline.displayName,
        PipelineDescription: pipeline.description,
        RoleArn: pipeline.role,
        CreationTime: pipeline.created,
        LastModifiedTime: pipeline.modified.at,
        LastExecutionTime: pipeline.lastRun,
      })),
      NextToken: next,
    };
  };

  #delete = (input: Given<api.DeletePipelineCommandInput>) => {
    const { name, arn } = this.mustHave(input.PipelineName);
    this.all.delete(name);
    this.#tags.forget(arn);
    return { PipelineArn: arn };
  };

  #listVersions = (
    input: Given<api.ListPipelineVersionsCommandInput>,
  ): Given<api.ListPipelineVersionsCommandOutput> => {
    const pipeline = this.mustHave(input.PipelineName);
    const all = pipeline.versions.map((version) => ({ ...version, name: pipeline.name, number: version.id }));
    const filter = {
      SortOrder: input.SortOrder,
      CreationTimeAfter: input.CreatedAfter,
      CreationTimeBefore: input.CreatedBefore,
    };
    const { items, next } = page(listed(all, filter, { order: 'Descending' }), input);
    return {
      PipelineVersionSummaries: items.map(({ id, created, lastExecution }) => ({
        PipelineArn: pipeline.arn,
        PipelineVersionId: id,
        CreationTime: created,
        LastExecutionPipelineExecutionArn: lastExecution,
      })),
      NextToken: next,
    };
  };

  #arn(name: string): string {
    return arnOf(this.#world, 'pipeline', name);
  }
}
