import type { SignedSample } from "@offhook/testing";
import type { Running } from "./running.ts";

/** Sends them one after the other, over HTTP. @returns what each was answered. */
export async function sendAll({ port }: Running, samples: readonly SignedSample[]): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (const { method, url, headers, body } of samples) {
    const init = { method, headers: { ...headers }, ...(method === "GET" ? {} : { body }) };
    const response = await fetch(`http://127.0.0.1:${port}${url}`, init);
    answers.push({ status: response.status, body: await response.text() });
  }
  return answers;
}

export interface Answered {
  readonly status: number;
  readonly body: string;
}
