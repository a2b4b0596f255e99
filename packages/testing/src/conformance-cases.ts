import { abilityCases } from "./conformance-abilities.ts";
import type { StorageCase } from "./conformance-case.ts";
import { checkpointCases } from "./conformance-checkpoints.ts";
import { correctionCases } from "./conformance-corrections.ts";
import { crossingCases } from "./conformance-crossing.ts";
import { deadJobCases } from "./conformance-dead-jobs.ts";
import { expiryCases } from "./conformance-expiry.ts";
import { feedCases } from "./conformance-feed.ts";
import { jobCases } from "./conformance-jobs.ts";
import { journalCases } from "./conformance-journal.ts";
import { listCases } from "./conformance-lists.ts";
import { openingCases } from "./conformance-opening.ts";
import { pipelineCases } from "./conformance-pipeline.ts";
import { processCases } from "./conformance-processes.ts";
import { removalCases } from "./conformance-removal.ts";
import { recordCases } from "./conformance-subjects.ts";
import { tenantCases } from "./conformance-tenants.ts";
import { transactionCases } from "./conformance-transactions.ts";

/** Every case of the Storage contract, as data, for any test runner. */
export function storageCases(): readonly StorageCase[] {
  return [
    ...openingCases,
    ...journalCases,
    ...transactionCases,
    ...recordCases,
    ...listCases,
    ...jobCases,
    ...tenantCases,
    ...crossingCases,
    ...pipelineCases,
    ...processCases,
    ...abilityCases,
    ...feedCases,
    ...removalCases,
    ...correctionCases,
    ...expiryCases,
    ...checkpointCases,
    ...deadJobCases,
  ];
}
