import type { Row } from './row.ts';
import { asynchronous } from './rows/asynchronous.ts';
import { check } from './rows/check.ts';
import { comparison } from './rows/comparison.ts';
import { deletion } from './rows/deletion.ts';
import { deployment } from './rows/deployment.ts';
import { evaluation } from './rows/evaluation.ts';
import { everyComponent } from './rows/every-component.ts';
import { fourEyes } from './rows/four-eyes.ts';
import { load } from './rows/load.ts';
import { loadWorkers } from './rows/load-workers.ts';
import { notifications } from './rows/notifications.ts';
import { plan } from './rows/plan.ts';
import { policy } from './rows/policy.ts';
import { rollback } from './rows/rollback.ts';
import { rollout } from './rows/rollout.ts';
import { scaling } from './rows/scaling.ts';
import { setup } from './rows/setup.ts';
import { training } from './rows/training.ts';
import { validation } from './rows/validation.ts';
import { verdict } from './rows/verdict.ts';

/** Everything that is known to go wrong: the list that is tested, and that docs/troubleshooting.md is rendered from. */
export const ROWS: readonly Row[] = [
  ...everyComponent,
  ...setup,
  ...plan,
  ...training,
  ...check,
  ...verdict,
  ...policy,
  ...fourEyes,
  ...notifications,
  ...deployment,
  ...rollout,
  ...scaling,
  ...validation,
  ...asynchronous,
  ...evaluation,
  ...load,
  ...loadWorkers,
  ...comparison,
  ...rollback,
  ...deletion,
];
