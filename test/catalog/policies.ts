import type { PolicyDocument, Role } from '../../emulator/world.ts';
import { type Duty, dutiesOf, placeOf } from '../../setup/policies/policies.ts';
import { fileName, type Ref, type Team } from '../../setup/policies/team.ts';
import { subjectOf } from '../../setup/policies/trust.ts';
import type { Component } from '../../src/program/component.ts';

/** The role of one duty, `resale-price-approve-uat`. */
export function roleOf(team: Team, { name, ref, policy }: Duty): Role {
  return role(team, ref, { name, policies: [policy] });
}

/**
 * Every role that a project uses: one for each duty; and where the jobs of an environment share the role of a scoped
 * variable, `resale-price-uat` for all of them but the approver's, which is `resale-price-uat-approval`.
 */
export function rolesOf(
  team: Team,
  programs: readonly Pick<Component, 'name' | 'duty' | 'gitlab' | 'permissions'>[],
): Role[] {
  const duties = dutiesOf(team, programs);
  const shared = [...Map.groupBy(duties, placeOf)].map(([place, sharing]) =>
    role(team, sharing[0]?.ref ?? NOBODY, { name: fileName(place), policies: sharing.map(({ policy }) => policy) }),
  );
  return [...duties.map((duty) => roleOf(team, duty)), ...shared];
}

const NOBODY: Ref = { type: 'branch', name: 'none' };

function role(team: Team, ref: Ref, { name, policies }: { name: string; policies: PolicyDocument[] }): Role {
  const arn = `arn:aws:iam::${team.account}:role/${team.endpoint}-${name}`;
  return { arn, audience: team.gitlab, subject: subjectOf(team, ref), policies };
}

/** The team of the example project. */
export const resalePrice: Team = {
  region: 'ap-southeast-1',
  account: '111122223333',
  gitlab: 'https://sgts.gitlab-dedicated.com',
  project: 'wog/mlops/resale-price',
  environments: ['dev', 'uat', 'main'],
  group: 'ResalePriceModelGroup',
  pipeline: 'resale-price',
  endpoint: 'resale-price',
  pipelineRole: 'arn:aws:iam::111122223333:role/resale-price-pipeline',
  executionRole: 'arn:aws:iam::111122223333:role/resale-price-execution',
  reports: 'resale-price-models/runs/',
  labelledData: 'resale-price-data/labelled/',
  predictions: 'resale-price-data/predictions/',
  images: 'resale-price-serving',
  modelData: 'resale-price-models/',
  autoscaling: true,
  vpc: true,
  volumeKey: 'arn:aws:kms:ap-southeast-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  asynchronous: 'resale-price-async/',
};

/** A team whose environments are served by branches and tags of other names. */
export const otherNames: Team = {
  ...resalePrice,
  environments: ['test', 'eu/staging', 'prod'],
  refs: { 'eu/staging': { type: 'branch', name: 'release' }, prod: { type: 'tag', name: 'v*' } },
};
