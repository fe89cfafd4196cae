import type * as api from '@aws-sdk/client-sagemaker';
import type { World } from '../world.ts';
import type { Registry } from './registry.ts';
import { arnOf, type Given, invalid, listed, page, served } from './service.ts';
import { type ConfigRequest, type ModelRequest, mustBeServable, type ServedModel } from './serving-rules.ts';
import type { Tags } from './tags.ts';

interface Made<Request> {
  readonly name: string;
  readonly arn: string;
  readonly created: Date;
  readonly number: number;
  readonly request: Request;
}

export type Model = Made<ModelRequest>;
export type EndpointConfig = Made<ConfigRequest>;

const NEWEST_FIRST = { order: 'Descending', after: 'included' } as const;

/** Models and endpoint configs: made once, never changed. */
export class Models {
  readonly models = new Map<string, Model>();
  readonly configs = new Map<string, EndpointConfig>();
  readonly #world: World;
  readonly #registry: Registry;
  readonly #tags: Tags;
  #made = 0;

  constructor(world: World, registry: Registry, tags: Tags) {
    this.#world = world;
    this.#registry = registry;
    this.#tags = tags;
  }

  operations = () =>
    served({
      CreateModel: this.#createModel,
      DescribeModel: this.#describeModel,
      ListModels: this.#listModels,
      DeleteModel: this.#deleteModel,
      CreateEndpointConfig: this.#createConfig,
      DescribeEndpointConfig: this.#describeConfig,
      ListEndpointConfigs: this.#listConfigs,
      DeleteEndpointConfig: this.#deleteConfig,
    });

  modelArn(name: string): string {
    return arnOf(this.#world, 'model', name.toLowerCase());
  }

  configArn(name: string): string {
    return arnOf(this.#world, 'endpoint-config', name.toLowerCase());
  }

  mustHaveConfig(name: string): EndpointConfig {
    const found = this.configs.get(name.toLowerCase());
    if (!found) throw invalid(`Could not find endpoint configuration "${this.configArn(name)}".`);
    return found;
  }

  #createModel = (input: Given<api.CreateModelCommandInput>) => {
    const { Tags, ...request } = input;
    const arn = this.modelArn(request.ModelName);
    if (this.models.has(request.ModelName.toLowerCase()))
      throw invalid(`Cannot create already existing model "${arn}".`);
    this.#mustBeComplete(request);
    this.#tags.put(arn, Tags);
    this.models.set(request.ModelName.toLowerCase(), this.#make(request.ModelName, arn, request));
    return { ModelArn: arn };
  };

  #mustBeComplete({ PrimaryContainer, Containers, ExecutionRoleArn }: Model['request']): void {
    if ((PrimaryContainer === undefined) === (Containers === undefined)) {
      throw invalid('Exactly one of PrimaryContainer and Containers must be specified.');
    }
    if (ExecutionRoleArn === undefined) throw invalid('ExecutionRoleArn must be specified.');
    for (const { ModelPackageName, Image } of Containers ?? [PrimaryContainer ?? {}]) {
      if (ModelPackageName === undefined && Image === undefined) {
        throw invalid('A container must name an Image or a ModelPackageName.');
      }
      if (ModelPackageName !== undefined && !this.#registry.find(ModelPackageName)) {
        throw invalid(`ModelPackage ${ModelPackageName} does not exist.`);
      }
    }
  }

  #describeModel = (input: Given<api.DescribeModelCommandInput>): Given<api.DescribeModelCommandOutput> => {
    const { arn, created, request } = this.#mustHaveModel(input.ModelName);
    return {
      ...request,
      EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
      ModelArn: arn,
      CreationTime: created,
    };
  };

  #listModels = (input: Given<api.ListModelsCommandInput>): Given<api.ListModelsCommandOutput> => {
    const { items, next } = page(listed(this.models.values(), input, NEWEST_FIRST), input);
    return {
      Models: items.map(({ name, arn, created }) => ({ ModelName: name, ModelArn: arn, CreationTime: created })),
      NextToken: next,
    };
  };

  #deleteModel = ({ ModelName }: Given<api.DeleteModelCommandInput>) => {
    const { arn } = this.#mustHaveModel(ModelName);
    this.models.delete(ModelName.toLowerCase());
    this.#tags.forget(arn);
  };

  #createConfig = (input: Given<api.CreateEndpointConfigCommandInput>) => {
    const { Tags, ...request } = input;
    const arn = this.configArn(request.EndpointConfigName);
    const key = request.EndpointConfigName.toLowerCase();
    if (this.configs.has(key)) throw invalid(`Cannot create already existing endpoint configuration "${arn}".`);
    for (const { ModelName } of request.ProductionVariants) if (ModelName !== undefined) this.#mustHaveModel(ModelName);
    mustBeServable(request, (name) => this.#servedBy(name));
    this.#mustNotBeOfMarketplace(request);
    this.#tags.put(arn, Tags);
    const variants = request.ProductionVariants.map((variant) => ({ InitialVariantWeight: 1, ...variant }));
    this.configs.set(key, this.#make(request.EndpointConfigName, arn, { ...request, ProductionVariants: variants }));
    return { EndpointConfigArn: arn };
  };

  #mustNotBeOfMarketplace({ AsyncInferenceConfig, ProductionVariants }: EndpointConfig['request']): void {
    if (AsyncInferenceConfig === undefined) return;
    if (ProductionVariants.some(({ ModelName }) => ModelName !== undefined && this.#isOfMarketplace(ModelName)))
      throw invalid('Marketplace images are not supported when specifying an AsyncInferenceConfig.');
  }

  #isOfMarketplace(model: string): boolean {
    const { PrimaryContainer, Containers = [] } = this.#mustHaveModel(model).request;
    const packages = [PrimaryContainer, ...Containers].flatMap((one) => one?.ModelPackageName ?? []);
    const images = packages.flatMap(
      (one) => this.#registry.find(one)?.content.InferenceSpecification?.Containers ?? [],
    );
    return images.some(({ ProductId }) => ProductId !== undefined);
  }

  #describeConfig = (
    input: Given<api.DescribeEndpointConfigCommandInput>,
  ): Given<api.DescribeEndpointConfigCommandOutput> => {
    const { arn, created, request } = this.mustHaveConfig(input.EndpointConfigName);
    return { ...request, EndpointConfigArn: arn, CreationTime: created };
  };

  #listConfigs = (input: Given<api.ListEndpointConfigsCommandInput>): Given<api.ListEndpointConfigsCommandOutput> => {
    const { items, next } = page(listed(this.configs.values(), input, NEWEST_FIRST), input);
    return {
      EndpointConfigs: items.map(({ name, arn, created }) => ({
        EndpointConfigName: name,
        EndpointConfigArn: arn,
        CreationTime: created,
      })),
      NextToken: next,
    };
  };

  /** AWS lets a config go that an endpoint still uses; the endpoint then cannot be patched. */
  #deleteConfig = ({ EndpointConfigName }: Given<api.DeleteEndpointConfigCommandInput>) => {
    const { arn } = this.mustHaveConfig(EndpointConfigName);
    this.configs.delete(EndpointConfigName.toLowerCase());
    this.#tags.forget(arn);
  };

  /** A model, with how many containers its model package adds up to. */
  #servedBy(name: string | undefined): ServedModel | undefined {
    const model = this.models.get(name?.toLowerCase() ?? '')?.request;
    if (!model) return undefined;
    const { PrimaryContainer, Containers = PrimaryContainer ? [PrimaryContainer] : [] } = model;
    const counts = Containers.map(({ ModelPackageName: of }) =>
      of === undefined ? 1 : (this.#registry.find(of)?.content.InferenceSpecification?.Containers?.length ?? 1),
    );
    return { model, containers: counts.reduce((sum, count) => sum + count, 0) };
  }

  #mustHaveModel(name: string): Model {
    const found = this.models.get(name.toLowerCase());
    if (!found) throw invalid(`Could not find model "${this.modelArn(name)}".`);
    return found;
  }

  #make<R>(name: string, arn: string, request: R): Made<R> {
    this.#made += 1;
    return { name, arn, created: this.#world.clock.now(), number: this.#made, request };
  }
}
