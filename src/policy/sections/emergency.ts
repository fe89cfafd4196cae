import * as z from 'zod/mini';
import { oneOf } from '../../files/schema.ts';

/** Whoever approves in an emergency says why, so a comment is no matter of it. */
const PASSABLE = ['approvals', 'from', 'never', 'evidence', 'metrics', 'freeze'] as const;

export const emergency = z
  .optional(z.array(oneOf(PASSABLE), 'must be a list of what an emergency may pass, like [approvals]'))
  .check(
    z.describe(
      'Which of these rules an approval may pass in an emergency, for which the approver types a reason. The next environment refuses the version until somebody approves it in the ordinary way.',
    ),
  );
