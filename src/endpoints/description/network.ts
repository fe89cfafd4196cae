import * as z from 'zod/mini';
import { mapping, option, switched, text } from '../../files/schema.ts';

/** A list of the IDs of something in a VPC. */
function ids(prefix: string, most: number) {
  const meaning = `must be a list of 1 to ${most} IDs, like ${prefix}-0123456789abcdef0`;
  const id = text(new RegExp(`^${prefix}-[0-9a-zA-Z]{1,28}$`), `must be an ID, like ${prefix}-0123456789abcdef0`);
  return z.array(id, meaning).check(z.minLength(1, meaning), z.maxLength(most, meaning));
}

/** What a file may say of the network of the containers, in AWS's own words. */
export const networkOptions = {
  vpc_config: option(
    'The security groups and subnets of the containers.',
    mapping({
      security_group_ids: ids('sg', 5).check(z.describe('The IDs of at most 5 security groups.')),
      subnets: ids('subnet', 16).check(z.describe('The IDs of at most 16 subnets.')),
    }),
  ),
  enable_network_isolation: option('Whether the containers can reach nothing outside.', switched),
};
