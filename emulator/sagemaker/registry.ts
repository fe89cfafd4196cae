import type * as api from '@aws-sdk/client-sagemaker';
import { AwsError, type PolicyDocument, type Principal, type World } from '../world.ts';
import { batchSummary, type Described, describedPackage, packageSummary } from './package-answers.ts';
import { approvalOf, type Group, newContent, type Package, type PackageRequest, updatedContent } from './packages.ts';
import { arnOf, type Given, invalid, listed, page, served, userContext } from './service.ts';
import { type Tags, tagsOnVersion } from './tags.ts';

/** How this registry behaves where AWS's documentation leaves it open, or where behaviour differs between accounts. */
export interface RegistryHabits {
  /** UpdateModelPackage adds to the customer metadata, or puts what it was sent in its place. */
  metadata: 'merged' | 'replaced';
  /** ARNs of groups and packages carry the group's name in lower case. */
  lowerCaseArns: boolean;
  /** A list is paged before it is filtered: a page may be empty and still have a token. */
  emptyPages: boolean;
  /** Another account that has the groups: only an ARN finds one, and its resource policy has to allow each request. */
  owner?: string;
  resourcePolicy?: PolicyDocument;
}

interface NewGroup {
  readonly description?: string | undefined;
  readonly tags?: PackageRequest['Tags'];
}

const MOST_METADATA = 50;

/** Model package groups and their versions. */
export class Registry {
  readonly groups = new Map<string, Group>();
  readonly unversioned = new Map<string, Package>();
  readonly habits: RegistryHabits = { metadata: 'merged', lowerCaseArns: false, emptyPages: false };
  readonly #world: World;
  readonly #tags: Tags;
  /** ClientToken of CreateModelPackage -> what it made; of UpdateModelPackage, after the ARN -> what it changed. */
  readonly #tokens = new Map<string, string>();
  #made = 0;

  constructor(world: World, tags: Tags) {
    this.#world = world;
    this.#tags = tags;
  }

  operations = () =>
    served({
      CreateModelPackageGroup: this.#createGroup,
      DescribeModelPackageGroup: this.#describeGroup,
      ListModelPackageGroups: this.#listGroups,
      DeleteModelPackageGroup: this.#deleteGroup,
      CreateModelPackage: this.create,
      DescribeModelPackage: this.#describe,
      BatchDescribeModelPackage: this.#describeMany,
      UpdateModelPackage: this.#update,
      ListModelPackages: this.#list,
      DeleteModelPackage: this.#delete,
    });

  /** The containers of every package in a group. */
  containers() {
    const packages = [...this.groups.values()].flatMap((group) => group.packages);
    return packages.flatMap(({ content }) => content.InferenceSpecification?.Containers ?? []);
  }

  groupArn(name: string): string {
    return arnOf(this.#owner, 'model-package-group', this.#inArn(name));
  }

  /** The ARN that the group's next version will have. */
  nextArn(groupNameOrArn: string): string {
    const group = this.findGroup(groupNameOrArn);
    return this.#packageArn(group?.name ?? lastPart(groupNameOrArn), (group?.lastVersion ?? 0) + 1);
  }

  findGroup(nameOrArn: string): Group | undefined {
    if (!this.#mayMean(nameOrArn)) return undefined;
    return this.groups.get(this.#key(lastPart(nameOrArn)));
  }

  /** By ARN, or by `name` or `name/version`. */
  find(nameOrArn: string): Package | undefined {
    if (!this.#mayMean(nameOrArn)) return undefined;
    const [name = '', version] = nameOrArn.replace(/^arn:[^/]*\//, '').split('/');
    if (version === undefined) return this.unversioned.get(name);
    const packages = this.groups.get(this.#key(name))?.packages ?? [];
    const expected = packages[Number(version) - 1];
    return expected?.version === Number(version) ? expected : packages.find((one) => one.version === Number(version));
  }

  create = (input: PackageRequest, principal: Principal): { ModelPackageArn: string } => {
    const { Tags, ClientToken: token, ModelPackageGroupName, ModelPackageName, ...sent } = input;
    const before = this.#tokens.get(token ?? '');
    if (before !== undefined) return { ModelPackageArn: before };
    mustNameOne(input);
    const content = newContent(sent);
    const made = ModelPackageGroupName
      ? this.#newVersion(ModelPackageGroupName, content, principal)
      : this.#newUnversioned(ModelPackageName ?? '', content, principal);
    this.#tags.put(made.arn, Tags);
    if (token !== undefined) this.#tokens.set(token, made.arn);
    return { ModelPackageArn: made.arn };
  };

  #newVersion(groupName: string, content: Package['content'], principal: Principal): Package {
    const group = this.#mustHaveGroup(groupName);
    group.lastVersion += 1;
    const version = group.lastVersion;
    const made: Package = {
      ...this.#newPackage(group.name, this.#packageArn(group.name, version), content, principal),
      group,
      version,
      approval: content.ModelApprovalStatus ?? 'PendingManualApproval',
    };
    group.packages.push(made);
    return made;
  }

  #newUnversioned(name: string, content: Package['content'], principal: Principal): Package {
    const arn = arnOf(this.#world, 'model-package', name);
    if (this.unversioned.has(name)) throw invalid(`Model Package already exists: ${arn}`);
    const made = this.#newPackage(name, arn, content, principal);
    this.unversioned.set(name, made);
    return made;
  }

  #newPackage(name: string, arn: string, content: Package['content'], principal: Principal): Package {
    this.#made += 1;
    return {
      name,
      arn,
      created: this.#world.clock.now(),
      number: this.#made,
      createdBy: principal,
      content,
      status: 'Completed',
      metadata: { ...content.CustomerMetadataProperties },
    };
  }

  #createGroup = (input: Given<api.CreateModelPackageGroupCommandInput>, principal: Principal) => {
    const name = input.ModelPackageGroupName;
    const arn = this.groupArn(name);
    if (this.findGroup(name)) throw invalid(`Model Package Group already exists: ${arn}`);
    this.addGroup(name, principal, { description: input.ModelPackageGroupDescription, tags: input.Tags });
    return { ModelPackageGroupArn: arn };
  };

  addGroup(name: string, principal: Principal, { description, tags }: NewGroup = {}): Group {
    this.#made += 1;
    const group: Group = {
      name,
      created: this.#world.clock.now(),
      number: this.#made,
      createdBy: principal,
      description,
      packages: [],
      lastVersion: 0,
    };
    this.groups.set(this.#key(name), group);
    this.#tags.put(this.groupArn(name), tags);
    return group;
  }

  #describeGroup = (
    input: Given<api.DescribeModelPackageGroupCommandInput>,
  ): Given<api.DescribeModelPackageGroupCommandOutput> => {
    const group = this.#mustHaveGroup(input.ModelPackageGroupName);
    return {
      ModelPackageGroupName: group.name,
      ModelPackageGroupArn: this.groupArn(group.name),
      ModelPackageGroupDescription: group.description,
      CreationTime: group.created,
      CreatedBy: userContext(group.createdBy),
      ModelPackageGroupStatus: 'Completed',
    };
  };

  #listGroups = (
    input: Given<api.ListModelPackageGroupsCommandInput>,
  ): Given<api.ListModelPackageGroupsCommandOutput> => {
    // No other account shares a group with this one.
    const groups = input.CrossAccountFilterOption === 'CrossAccount' ? [] : this.groups.values();
    const { items, next } = page(listed(groups, input, { order: 'Ascending' }), input);
    return {
      ModelPackageGroupSummaryList: items.map((group) => ({
        ModelPackageGroupName: group.name,
        ModelPackageGroupArn: this.groupArn(group.name),
        ModelPackageGroupDescription: group.description,
        CreationTime: group.created,
        ModelPackageGroupStatus: 'Completed',
      })),
      NextToken: next,
    };
  };

  #deleteGroup = (input: Given<api.DeleteModelPackageGroupCommandInput>) => {
    const group = this.#mustHaveGroup(input.ModelPackageGroupName);
    const arn = this.groupArn(group.name);
    if (group.packages.length > 0) {
      throw new AwsError(
        'ConflictException',
        `Model Package Group ${arn} cannot be deleted: it contains model packages.`,
      );
    }
    this.groups.delete(this.#key(group.name));
    this.#tags.forget(arn);
  };

  #describe = ({ ModelPackageName, IncludedData }: Given<api.DescribeModelPackageCommandInput>): Described =>
    describedPackage(this.#mustHave(ModelPackageName), IncludedData);

  #describeMany = (
    input: Given<api.BatchDescribeModelPackageCommandInput>,
  ): Given<api.BatchDescribeModelPackageCommandOutput> => {
    const summaries: Record<string, Given<api.BatchDescribeModelPackageSummary>> = {};
    const errors: Record<string, Given<api.BatchDescribeModelPackageError>> = {};
    for (const arn of input.ModelPackageArnList) {
      const found = this.find(arn);
      if (found?.group) summaries[arn] = batchSummary(found, found.group);
      else errors[arn] = { ErrorCode: 'ValidationException', ErrorResponse: `ModelPackage ${arn} does not exist.` };
    }
    return { ModelPackageSummaries: summaries, BatchDescribeModelPackageErrorMap: errors };
  };

  #update = (input: Given<api.UpdateModelPackageCommandInput>, principal: Principal) => {
    const found = this.#mustHave(input.ModelPackageArn);
    const token = input.ClientToken && `${found.arn} ${input.ClientToken}`;
    if (this.#tokens.has(token ?? '')) return { ModelPackageArn: found.arn };
    const metadata = this.#updatedMetadata(found, input);
    Object.assign(found.content, updatedContent(found.content, input));
    found.metadata = metadata;
    if (input.ModelApprovalStatus) found.approval = input.ModelApprovalStatus;
    if (input.ApprovalDescription !== undefined) found.approvalDescription = input.ApprovalDescription;
    found.modified = { at: this.#world.clock.now(), by: principal };
    if (token !== undefined) this.#tokens.set(token, found.arn);
    return { ModelPackageArn: found.arn };
  };

  #updatedMetadata(found: Package, input: Given<api.UpdateModelPackageCommandInput>): Record<string, string> {
    const { CustomerMetadataProperties: sent, CustomerMetadataPropertiesToRemove: removed = [] } = input;
    const kept = this.habits.metadata === 'replaced' && sent ? {} : found.metadata;
    const wanted = { ...kept, ...sent };
    for (const key of removed) delete wanted[key];
    if (Object.keys(wanted).length > MOST_METADATA) {
      throw invalid(`ModelPackage ${found.arn} can have at most ${MOST_METADATA} customer metadata properties.`);
    }
    return wanted;
  }

  #list = (input: Given<api.ListModelPackagesCommandInput>): Given<api.ListModelPackagesCommandOutput> => {
    const wanted = (one: Package) => !input.ModelApprovalStatus || approvalOf(one) === input.ModelApprovalStatus;
    const sorted = listed(this.#listable(input), input, { order: 'Ascending' });
    const { items, next } = page(this.habits.emptyPages ? sorted : sorted.filter(wanted), input);
    return {
      ModelPackageSummaryList: items.filter(wanted).map(packageSummary),
      NextToken: next,
    };
  };

  #listable({
    ModelPackageGroupName: group,
    ModelPackageType: type,
  }: Given<api.ListModelPackagesCommandInput>): Package[] {
    if (group) return this.#mustHaveGroup(group).packages;
    const versions = [...this.groups.values()].flatMap(({ packages }) => packages);
    const others = [...this.unversioned.values()];
    if (type === 'Both') return [...versions, ...others];
    return type === 'Versioned' ? versions : others;
  }

  #delete = (input: Given<api.DeleteModelPackageCommandInput>) => {
    const found = this.#mustHave(input.ModelPackageName);
    if (found.group) found.group.packages.splice(found.group.packages.indexOf(found), 1);
    else this.unversioned.delete(found.name);
    this.#tags.forget(found.arn);
  };

  #mustHaveGroup(nameOrArn: string): Group {
    const group = this.findGroup(nameOrArn);
    if (group) return group;
    const arn = nameOrArn.startsWith('arn:') ? nameOrArn : arnOf(this.#world, 'model-package-group', nameOrArn);
    throw invalid(`ModelPackageGroup ${arn} does not exist.`);
  }

  #mustHave(nameOrArn: string): Package {
    const found = this.find(nameOrArn);
    if (found) return found;
    const arn = nameOrArn.startsWith('arn:') ? nameOrArn : arnOf(this.#world, 'model-package', nameOrArn);
    throw invalid(`ModelPackage ${arn} does not exist.`);
  }

  #packageArn(group: string, version: number): string {
    return arnOf(this.#owner, 'model-package', `${this.#inArn(group)}/${version}`);
  }

  get #owner(): World {
    return { ...this.#world, account: this.habits.owner ?? this.#world.account };
  }

  /** Whether a name or ARN could be of a group here: a name alone means the account of whoever asks. */
  #mayMean(nameOrArn: string): boolean {
    const { owner } = this.habits;
    return owner === undefined || nameOrArn.includes(`:${owner}:`);
  }

  #inArn(name: string): string {
    return this.habits.lowerCaseArns ? name.toLowerCase() : name;
  }

  /** Names that differ only in case are one name: an ARN in lower case must find its group. */
  #key(name: string): string {
    return name.toLowerCase();
  }
}

const lastPart = (nameOrArn: string): string => nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);

/** A package is a version of a group, or has a name. */
function mustNameOne({ ModelPackageName: name, ModelPackageGroupName: group, Tags }: PackageRequest): void {
  if (name === undefined && group === undefined) throw invalid('Missing ARN.');
  if (name !== undefined && group !== undefined) {
    throw invalid(
      'Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine which one to use.',
    );
  }
  if (group !== undefined && Tags && Tags.length > 0) throw tagsOnVersion();
}
