import type { Pipeline } from '../../compiler/pipeline.ts';
import { APPROVERS, SECOND } from './resale-price.ts';
import type { logPrinter } from './show.ts';

/** Who pushes to dev, and so trains each version. */
const TRAINER = 'tan.mei.ling';

interface Watched {
  readonly show: ReturnType<typeof logPrinter>;
  /** Shows what people were told in the meantime. */
  readonly readMessages: () => void;
}

/**
 * In main, the approvers are told that a version waits. The one who trained it starts its approval, and is refused. Then two others
 * approve, and it goes on.
 */
export async function promoteByTwo(
  pipeline: Pipeline,
  comment: string,
  { show, readMessages }: Watched,
): Promise<void> {
  show(pipeline, 'main', await pipeline.run(), ['check-model']);
  readMessages();
  const refused = await pipeline.press('approve-model', TRAINER, { comment });
  show(pipeline, 'main', refused, ['approve-model']);
  if (refused.map(({ name, exit }) => `${name} ${exit}`).join() !== 'approve-model 1')
    throw new Error('approve-model on main should have refused the one who trained the version.');
  pipeline.approve('approve-model', SECOND.main ?? '');
  const jobs = await pipeline.retry('approve-model', APPROVERS.main);
  show(pipeline, 'main', jobs, ['approve-model']);
  const failed = jobs.find(({ exit }) => exit !== 0);
  if (failed) throw new Error(`${failed.name} on main ended with exit code ${failed.exit}.`);
}
