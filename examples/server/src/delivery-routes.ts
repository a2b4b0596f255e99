import { PayloadError, type Delivery, type DeliveryListOptions, type Offhook } from "@offhook/core";
import { previewReplay, replay, type ReplayFilter } from "@offhook/core/maintenance";
import type { Router } from "express";
import { refuse } from "./answers.ts";
import { flag, readBody, textField, type Fields } from "./body-fields.ts";
import { oneOf, page, readPage, time, type Parameters } from "./query-parameters.ts";
import { get, idOf, post, send, signalOf } from "./routing.ts";

type ReplayBody = Omit<ReplayFilter, "id"> & {
  /** Said by whoever means the whole journal. */
  readonly all?: boolean;
  readonly preview?: boolean;
  readonly notify?: boolean;
};

/** The journal, and reading it again. */
export function addDeliveryRoutes(router: Router, offhook: Offhook, providers: readonly string[]): void {
  const parameters: Parameters<DeliveryListOptions> = {
    provider: oneOf(providers),
    status: oneOf(["applied", "unmapped", "failed", "rejected"]),
    ...page,
  };
  const replayFields: Fields<ReplayBody> = {
    provider: textField(oneOf(providers)),
    status: textField(oneOf(["applied", "unmapped", "failed"])),
    from: textField(time),
    to: textField(time),
    all: flag,
    preview: flag,
    notify: flag,
  };

  get(router, "/deliveries", async (request, response) => {
    response.json(await offhook.deliveries.list(readPage(request, parameters)));
  });
  // Before the route of one delivery, which would take "replay" for its id.
  post(router, "/deliveries/replay", async (request, response) => {
    const { all = false, preview = false, notify = true, ...filter } = readBody(request.body, replayFields);
    if (all === Object.keys(filter).length > 0) {
      throw new PayloadError("payload_invalid", 'Body: expected either a filter or {"all":true}');
    }
    const signal = signalOf(response);
    response.json(preview ? await previewReplay(offhook, filter) : await replay(offhook, filter, { notify, signal }));
  });
  get(router, "/deliveries/:id", async (request, response) => {
    const delivery = await offhook.deliveries.get(idOf(request));
    send(response, delivery === undefined ? undefined : readable(delivery));
  });
  post(router, "/deliveries/:id/replay", async (request, response) => {
    const { notify = true } = readBody<{ readonly notify?: boolean }>(request.body, { notify: flag });
    const summary = await replay(offhook, { id: idOf(request) }, { notify });
    if (summary.seen === 0) refuse(response, "not_found");
    else response.json(summary);
  });
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** With the body as the vendor sent it where that is text. */
function readable({ body, ...delivery }: Delivery): object {
  try {
    return { ...delivery, body: decoder.decode(body), bodyEncoding: "utf-8" };
  } catch {
    return { ...delivery, body: Buffer.from(body).toString("base64"), bodyEncoding: "base64" };
  }
}
