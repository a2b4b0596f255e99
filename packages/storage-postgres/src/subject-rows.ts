import type { RecordOf, Reference, Subject } from "@offhook/core";
import { keyText } from "./key-text.ts";

/** What lists filter and sort by; the columns of a record's row beside its key. */
export interface SubjectRow {
  readonly tenantId: string;
  readonly id: string;
  readonly createdAt: string;
  readonly status: string | null;
  readonly direction: string | null;
  readonly provider: string;
  readonly secondProvider: string | null;
  readonly thirdProvider: string | null;
  readonly furtherProviders: string | null;
  readonly fromE164: string | null;
  readonly toE164: string | null;
  readonly agentId: string | null;
  /** JSON. */
  readonly record: string;
}

export function rowOf(record: RecordOf<Subject>): SubjectRow {
  const { tenantId, id, createdAt, status, references } = record;
  const [provider = "", second, third, ...further] = new Set(
    references.map((reference: Pick<Reference, "provider">) => reference.provider),
  );
  const isCall = "direction" in record;
  return {
    tenantId: keyText(tenantId),
    id: keyText(id),
    createdAt: keyText(createdAt),
    status: keyOrNull(status),
    direction: keyOrNull(isCall ? record.direction : null),
    provider: keyText(provider),
    secondProvider: keyOrNull(second),
    thirdProvider: keyOrNull(third),
    furtherProviders: further.length === 0 ? null : keyText(betweenColons(further.join(":"))),
    fromE164: keyOrNull((isCall ? record.from : record.phone)?.e164),
    toE164: keyOrNull(isCall ? record.to?.e164 : null),
    agentId: keyOrNull(isCall ? record.agent?.id : null),
    record: JSON.stringify(record),
  };
}

const keyOrNull = (text: string | null | undefined): string | null => (typeof text === "string" ? keyText(text) : null);

/** A provider as it stands among the further ones. Provider names hold no colon. */
export const betweenColons = (provider: string): string => `:${provider}:`;
