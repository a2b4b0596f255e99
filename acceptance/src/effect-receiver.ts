import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Effect } from "./effect.ts";

/** An effect with the process that did it. */
export interface ReceivedEffect extends Effect {
  /** 1 for the first of those that follow each other. */
  readonly process: number;
}

/** The world outside: remembers every effect, also of a process that dies before it hears the answer. */
export interface EffectReceiver {
  readonly received: readonly ReceivedEffect[];
  /** Where the process of that number sends its effects. */
  addressFor(process: number): string;
  close(): Promise<void>;
}

export async function startEffectReceiver(): Promise<EffectReceiver> {
  const received: ReceivedEffect[] = [];
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      received.push(await readEffect(request));
      // Says that it is done before it answers: between the two a sender can be killed.
      response.writeProcessing();
      response.writeHead(204).end();
    } catch {
      // Its sender was killed in the middle: nothing was asked for.
      response.destroy();
    }
  }
  const server = createServer((request, response) => void receive(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    received,
    addressFor: (process) => `http://127.0.0.1:${port}/${process}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readEffect(request: IncomingMessage): Promise<ReceivedEffect> {
  const process = Number(request.url?.slice(1));
  // As sendEffect writes it.
  const effect = JSON.parse(await text(request)) as Effect;
  return { ...effect, process };
}
