import { expect, it } from 'vitest';
import { planModelAndConfig } from '../../src/endpoints/model-and-config.ts';
import { type Destination, whyNothingNew } from '../../src/preview/live.ts';
import type { PromotionCriteria } from '../../src/registry/eligibility.ts';
import { validationValue, verdictValue } from '../components/handover.ts';
import { described } from '../endpoints/description/described.ts';
import { endpoint } from '../endpoints/endpoint.ts';
import { arnOf, CONTENT, modelPackage } from '../registry/package.ts';

const NAME = 'resale-price-dev';
const UAT: PromotionCriteria = {
  environment: 'uat',
  path: ['dev', 'uat'],
  source: 'registry',
  require_validation: true,
  require_evidence: [],
  count_bake_traffic: false,
  pipeline: '101',
};

/** With what another config would be deployed. */
const PLANNED = planModelAndConfig(modelPackage({ version: 1, approval: 'Approved' }), described(), {
  prefix: NAME,
  environment: 'uat',
  execution_role_arn: 'arn:aws:iam::111122223333:role/e',
});
const CONFIG = PLANNED.config.name;

const version = modelPackage({
  version: 1,
  approval: 'Approved',
  metadata: {
    'approved.uat': verdictValue(CONTENT),
    'validated.uat': validationValue(CONTENT, { endpoint: NAME, config: CONFIG }),
  },
});

interface Seen extends Partial<Parameters<typeof endpoint>[0]> {
  readonly packages?: readonly string[];
}

const seen = ({ packages = [arnOf(1)], ...more }: Seen = {}): Destination => ({
  endpoint: endpoint({ config: CONFIG, ...more }),
  live: { config: undefined, models: [], gone: [] },
  packages,
  seen: undefined,
});

it.each<[when: string, seen: Destination]>([
  ['it is live as it was validated', seen()],
  ['its ARN comes in lower case', seen({ packages: [arnOf(1).toLowerCase()] })],
])('nothing is new when %s', (_, destination) => {
  const nothing = `${version.group} version 1 is already approved, validated and live in uat, on the endpoint ${NAME}`;
  expect(whyNothingNew(version, destination, undefined, UAT)).toBe(nothing);
  expect(whyNothingNew(version, destination, PLANNED, UAT)).toBe(nothing);
});

it.each<[when: string, seen: Destination | undefined]>([
  ['there is no endpoint', undefined],
  ['the endpoint is changing', seen({ status: 'Updating' })],
  ['another config is on its way', seen({ pending: 'theirs' })],
  ['another config of the version serves', seen({ config: 'by-hand' })],
  ['it was validated on another endpoint', seen({ name: 'resale-price-new' })],
  ['another version serves', seen({ packages: [arnOf(2)] })],
  ['another version serves beside it', seen({ packages: [arnOf(1), arnOf(2)] })],
  ['nobody knows what serves', seen({ packages: [] })],
])('a version is offered when %s', (_, destination) => {
  expect(whyNothingNew(version, destination, undefined, UAT)).toBeUndefined();
});

it('a version is offered when it would be served by another config, or was not validated', () => {
  const otherwise = { ...PLANNED, config: { ...PLANNED.config, name: 'other' } };
  expect(whyNothingNew(version, seen(), otherwise, UAT)).toBeUndefined();
  expect(whyNothingNew({ ...version, metadata: {} }, seen(), undefined, UAT)).toBeUndefined();
});
