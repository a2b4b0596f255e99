import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOffhook, silentLogger, type Offhook, type OffhookOptions, type Provider } from "@offhook/core";
import { deleteByNumber, previewReplay, renormalize, replay } from "@offhook/core/maintenance";
import type { SampleRequest, SignedSample } from "@offhook/testing";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { allProviders } from "./all-providers.ts";
import { convosoLead, heardInOrder, nowMs, providers, signAll } from "./postgres-deliveries.ts";
import { runSql } from "./postgres-schema.ts";
import { newPlace, removePlace, storageAt, type StoragePlace } from "./storage-place.ts";

const postgresUrl = inject("postgresUrl");
/** Everybody calls from it in the samples. */
const caller = "+14155550199";
const another = "+14155550100";
const dayMs = 24 * 60 * 60_000;

const samples: readonly SampleRequest[] = [
  ...allProviders().flatMap(({ life }, index) => life({ key: `c${index}`, from: caller })),
  ...allProviders().flatMap(({ life }, index) => life({ key: `d${index}`, from: another })),
  ...convosoLead({ key: "e1", from: caller }),
];

/** The same providers as long as every second kind of delivery is more than their mappers can read. */
function careless(): Provider[] {
  let count = 0;
  return providers.map((provider) => ({
    ...provider,
    routes: provider.routes.map((route) => ({
      ...route,
      translate(delivery) {
        count += 1;
        if (count % 2 === 0) throw new TypeError("a mistake in the mapper");
        return route.translate(delivery);
      },
    })),
  }));
}

describe.each([
  { engine: "SQLite", url: undefined, isThere: true },
  { engine: "PostgreSQL", url: postgresUrl, isThere: postgresUrl !== undefined },
])("on $engine", ({ url, isThere }) => {
  let folder: string;
  let place: StoragePlace;
  let signed: SignedSample[];
  const opened: Offhook[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "offhook-maintenance-"));
    place = newPlace(folder, url);
    signed = await signAll(samples);
  });
  afterEach(async () => {
    for (const offhook of opened.splice(0)) await offhook.close();
    await removePlace(place);
    await rm(folder, { recursive: true });
  });

  function open(given: Partial<OffhookOptions> = {}): Offhook {
    const storage = storageAt(place);
    const options = { providers, storage, now: () => nowMs, runJobs: false, logger: silentLogger, ...given };
    const offhook = createOffhook(options);
    opened.push(offhook);
    return offhook;
  }

  async function receive(offhook: Offhook): Promise<void> {
    const answers = await Promise.all(signed.map((request) => offhook.handle(request)));
    for (const { status } of answers) expect([200, 204]).toContain(status);
  }

  /** Calls and leads as text, but for the ids that say which delivery said something, and the order of arrival. */
  async function told(offhook: Offhook): Promise<string> {
    const { data: calls } = await offhook.calls.list({ limit: 200 });
    const { data: leads } = await offhook.leads.list({ limit: 200 });
    return JSON.stringify([calls, leads]).replaceAll(/evt_[a-z0-9_]+/g, "evt");
  }

  test.runIf(isThere)(
    "F04: what mappers could not read is replayed, and the calls are as if they always could",
    async () => {
      await receive(open({ providers: careless() }));
      const offhook = open();
      const { failed } = (await offhook.health()).deliveries;
      expect(failed).toBeGreaterThan(samples.length / 3);
      expect(await previewReplay(offhook, { status: "failed" })).toEqual({ matching: failed, unreadable: 0 });
      expect(await replay(offhook, { status: "failed" })).toMatchObject({ seen: failed, changed: failed, failed: 0 });
      expect((await offhook.health()).deliveries.failed).toBe(0);
      expect(await told(offhook)).toBe(await told((await heardInOrder(signed)).offhook));
      expect(await renormalize(offhook)).toMatchObject({ changed: 0, failed: 0, refolded: 0 });
    },
  );

  test.runIf(isThere)("bodies go after 30 days, and calls stay as they are", async () => {
    const offhook = open();
    await receive(offhook);
    const before = await told(offhook);
    const { data: journal } = await offhook.deliveries.list({ limit: 200 });
    const later = open({ now: () => nowMs + 31 * dayMs });
    expect(await later.expire()).toMatchObject({ bodies: journal.length });
    for (const { id } of journal) expect((await later.deliveries.get(id))?.body).toHaveLength(0);
    expect(await told(later)).toBe(before);
    expect(await renormalize(later)).toMatchObject({ changed: 0, skipped: { body_removed: journal.length } });
    expect(await told(later)).toBe(before);
  });

  test.runIf(isThere)("a number is deleted from everything, and what others said stays", async () => {
    const offhook = open();
    await receive(offhook);
    const preview = await deleteByNumber(offhook, caller, { preview: true });
    expect(await deleteByNumber(offhook, caller)).toEqual(preview);
    expect(preview.calls).toBeGreaterThanOrEqual(allProviders().length);
    expect(preview.leads).toBe(1);

    const others = samples.filter(({ body, query }) => !`${body}${query}`.includes(caller.slice(2)));
    const { data: kept } = await offhook.calls.list({ phone: another, limit: 200 });
    const alone = await heardInOrder(await signAll(others));
    expect(kept).toEqual((await alone.offhook.calls.list({ phone: another, limit: 200 })).data);
    expect(await everythingAsText(offhook)).not.toMatch(/415\D{0,3}555\D{0,3}0199/);
    expect(await rowsAsText(place)).not.toMatch(/415\D{0,3}555\D{0,3}0199/);
    expect(await deleteByNumber(offhook, caller)).toEqual({ calls: 0, leads: 0, corrected: 0, deliveries: 0 });
  });
});

async function everythingAsText(offhook: Offhook): Promise<string> {
  const { data: calls } = await offhook.calls.list({ limit: 200 });
  const { data: leads } = await offhook.leads.list({ limit: 200 });
  const { data: jobs } = await offhook.jobs.list({ limit: 200 });
  const { data: journal } = await offhook.deliveries.list({ limit: 200 });
  const deliveries = await Promise.all(journal.map(({ id }) => offhook.deliveries.get(id)));
  const events = await Promise.all(calls.map(({ id }) => offhook.calls.events(id)));
  const bodies = deliveries.map((delivery) => new TextDecoder().decode(delivery?.body));
  return JSON.stringify([calls, leads, jobs, journal, events, bodies]);
}

/** What PostgreSQL itself shows of every table; a file of SQLite keeps freed pages, so it is not looked into. */
async function rowsAsText(place: StoragePlace): Promise<string> {
  if (place.type === "sqlite") return "";
  const { connectionString, schema } = place;
  const tables = (await runSql(connectionString, "select tablename from pg_tables where schemaname = $1", [
    schema,
  ])) as {
    readonly tablename: string;
  }[]; // as the query names it
  const texts: string[] = [];
  for (const { tablename } of tables) {
    texts.push(JSON.stringify(await runSql(connectionString, `select t::text from "${schema}"."${tablename}" t`)));
    if (tablename !== "deliveries") continue;
    texts.push(
      JSON.stringify(await runSql(connectionString, `select encode(body, 'escape') from "${schema}".deliveries`)),
    );
  }
  return texts.join("\n");
}
