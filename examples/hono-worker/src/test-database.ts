import { randomUUID } from "node:crypto";
import { createOffhook, silentLogger, type Call, type Delivery } from "@offhook/core";
import { postgresStorage } from "@offhook/storage-postgres";
import { twilio } from "@offhook/twilio";
import { signSample, twilioLife, type SignedSample } from "@offhook/testing";
import { Client } from "pg";

export const authToken = "a token of nobody";
export const publicUrl = "https://calls.example.com";
/** What the Worker logs of that call. */
export const endedLine = "call_twilio_CA00000000000000000000000000000000: answered, 61 s";

/** A database of a test's own, migrated. */
export interface TestDatabase {
  readonly connectionString: string;
  calls(): Promise<readonly Call[]>;
  deliveries(): Promise<readonly Pick<Delivery, "status" | "remoteAddress">[]>;
  /** Stores a delivery as the Worker does whose request was cut off before its handlers ran. */
  storeWithoutHandling(sample: SignedSample): Promise<void>;
  drop(): Promise<void>;
}

/** @param serverUrl a superuser's. */
export async function createDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = `hono_worker_${randomUUID().replaceAll("-", "")}`;
  await runSql(serverUrl, `create database ${name}`);
  const connectionString = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  const storage = postgresStorage({ connectionString });
  await storage.migrate();
  const offhook = createOffhook({
    providers: [twilio({ authToken, publicUrl })],
    storage,
    on: { "call.ended": () => undefined },
    runJobs: false,
    logger: silentLogger,
  });
  return {
    connectionString,
    calls: async () => (await offhook.calls.list()).data,
    deliveries: async () => (await offhook.deliveries.list()).data,
    async storeWithoutHandling(sample) {
      await offhook.handle(sample);
    },
    async drop() {
      await offhook.close();
      await runSql(serverUrl, `drop database ${name} with (force)`);
    },
  };
}

/** Twilio's requests about one call, signed. */
export function signedLife(): Promise<SignedSample[]> {
  const provider = twilio({ authToken, publicUrl });
  return Promise.all(twilioLife().map((sample) => signSample(provider, sample)));
}

async function runSql(connectionString: string, sql: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
