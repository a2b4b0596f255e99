import type { Call } from "./call.ts";
import type { CallChangeType, ChangeType, LeadChangeType } from "./changes.ts";
import { ConfigurationError } from "./errors.ts";
import type { Lead } from "./lead.ts";
import type { Logger } from "./logger.ts";
import type { Notifier } from "./notifier.ts";
import type { RunJob } from "./run-job.ts";

/** What a handler is told. */
export interface CallChange {
  /** Stable: a repetition of the same change has the same id. */
  readonly id: string;
  readonly type: CallChangeType;
  /** As it is now, which may be newer than the change. */
  readonly call: Call;
  /** 1 for the first try. */
  readonly attempt: number;
}
export interface LeadChange {
  readonly id: string;
  readonly type: LeadChangeType;
  readonly lead: Lead;
  readonly attempt: number;
}

/** Handlers by change. They run after the commit, at least once, and again when they throw. */
export type Handlers = {
  readonly [Type in CallChangeType]?: (change: CallChange) => void | Promise<void>;
} & {
  readonly [Type in LeadChangeType]?: (change: LeadChange) => void | Promise<void>;
};

/** Who wants to hear of a change: the handler, or notifiers by name. */
export type WantedChanges = ReadonlyMap<ChangeType, readonly string[]>;

/** The payload of a job of kind `handle`. */
export type HandlePayload = {
  readonly change: ChangeType;
  readonly recordId: string;
  /** The event that caused it. */
  readonly cause: string;
  readonly consumer: string;
};

const handlerConsumer = "on";
const changeTypes: ReadonlySet<string> = new Set<ChangeType>([
  "call.created",
  "call.answered",
  "call.ended",
  "call.recorded",
  "call.analyzed",
  "call.updated",
  "call.merged",
  "lead.created",
  "lead.updated",
]);

/**
 * Collects who wants to hear of what.
 * @throws ConfigurationError `option_invalid` for a change that does not exist, or two notifiers of one name.
 */
export function wantedChanges(handlers: Handlers, notifiers: readonly Notifier[]): WantedChanges {
  const wanted = new Map<ChangeType, string[]>();
  const add = (change: string, consumer: string): void => {
    if (!changeTypes.has(change)) {
      throw new ConfigurationError(
        "option_invalid",
        `on and notifiers: expected changes such as ${[...changeTypes].join(", ")}, got "${change}"`,
      );
    }
    // Checked on the line above.
    const type = change as ChangeType;
    const consumers = wanted.get(type) ?? [];
    if (consumers.includes(consumer)) {
      throw new ConfigurationError("option_invalid", `Notifiers: expected different names, got "${consumer}" twice`);
    }
    wanted.set(type, [...consumers, consumer]);
  };
  for (const [change, handler] of Object.entries(handlers)) {
    if (handler === undefined) continue;
    if (typeof handler !== "function") {
      throw new ConfigurationError("option_invalid", `on["${change}"]: expected a function, got something else`);
    }
    add(change, handlerConsumer);
  }
  for (const { name, changes } of notifiers) for (const change of new Set(changes)) add(change, `notifier:${name}`);
  return wanted;
}

export interface HandlerRunnerOptions {
  readonly tenantId: string;
  readonly handlers: Handlers;
  readonly notifiers: readonly Notifier[];
  readonly getCall: (id: string) => Promise<Call | undefined>;
  readonly getLead: (id: string) => Promise<Lead | undefined>;
  readonly logger: Logger;
}

/** Runs the jobs of kind `handle`: tells one handler or notifier of a change. */
export function handlerRunner(options: HandlerRunnerOptions): RunJob {
  const { tenantId, handlers, notifiers, getCall, getLead, logger } = options;
  async function changeOf(
    type: ChangeType,
    recordId: string,
    id: string,
    attempt: number,
  ): Promise<CallChange | LeadChange | undefined> {
    if (type === "lead.created" || type === "lead.updated") {
      const lead = await getLead(recordId);
      return lead && { id, type, lead, attempt };
    }
    const call = await getCall(recordId);
    return call && { id, type, call, attempt };
  }

  return async ({ id: jobId, attempts: attempt, payload }) => {
    // As `handlerJobs` wrote it.
    const { change, recordId, cause, consumer } = payload as unknown as HandlePayload;
    const told = await changeOf(change, recordId, `${change}:${cause}`, attempt);
    if (told === undefined) {
      // Deleted meanwhile: there is nothing to tell of. Or the job is of another storage, which shares a queue with this.
      logger.warn({ change, jobId }, "A job's record is not there: nobody is told of it");
      return;
    }
    if (consumer !== handlerConsumer) {
      const notifier = notifiers.find(({ name }) => consumer === `notifier:${name}`);
      if (notifier === undefined) throw unknownConsumer(consumer);
      await notifier.notify({ ...told, tenantId });
    } else if ("lead" in told) {
      const handler = handlers[told.type];
      if (handler === undefined) throw unknownConsumer(`on["${told.type}"]`);
      await handler(told);
    } else {
      const handler = handlers[told.type];
      if (handler === undefined) throw unknownConsumer(`on["${told.type}"]`);
      await handler(told);
    }
  };
}

/** Another process, of a newer or older version of the app, may know it: the job is tried again. */
const unknownConsumer = (name: string): Error => new Error(`this process has no ${name}`);
