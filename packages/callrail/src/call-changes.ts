/** What can be changed of a call. Members that are missing stay as they are; null empties. */
export interface CallRailChanges {
  /** Replace the call's tags, unless they are appended. Names that the company does not have yet become new tags. */
  readonly tags?: readonly string[] | null;
  /** Adds `tags` to those that the call has. Default false. */
  readonly appendTags?: boolean;
  readonly note?: string | null;
  /** US dollars, such as `"12.50"`. */
  readonly value?: string | number | null;
  /** `good_lead` is refused for callers who were marked as such on an earlier call. */
  readonly leadStatus?: "good_lead" | "not_a_lead" | null;
  readonly customerName?: string | null;
  /** Hides the call from lists, for good: the API cannot take it back. */
  readonly spam?: true;
}

/** https://apidocs.callrail.com/#updating-a-call */
export function changesBody(changes: CallRailChanges): { readonly [name: string]: unknown } {
  const { tags, appendTags, note, value, leadStatus, customerName, spam } = changes;
  return {
    // What is documented to empty a field is null; adding nothing is no change.
    tags: tags?.length === 0 ? (appendTags === true ? undefined : null) : tags,
    append_tags: appendTags,
    note,
    value: typeof value === "number" ? value.toFixed(2) : value,
    lead_status: leadStatus,
    customer_name: customerName,
    spam,
  };
}
