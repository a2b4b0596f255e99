import { listAll, malformed, readItems, type ApiClient, type ApiRequest, type ItemPage } from "@offhook/core/client";
import { isRecord, type ApiContext } from "@offhook/core";
import { failureIn } from "./api-failure.ts";
import { countOf, readCall, type ConvosoCall } from "./api-records.ts";

/** As Convoso takes them: flat. Those that are undefined are left out. */
export type RequestParameters = Readonly<Record<string, string | number | undefined>>;

interface Request {
  readonly what: string;
  readonly path: string;
  readonly parameters: RequestParameters;
  /** Whether it may be made twice, because it only reads. Default false: all are POSTs. */
  readonly repeatable?: boolean;
}

/** The answer of the call log. */
interface LogAnswer extends Pick<ItemPage<ConvosoCall>, "items" | "unreadable"> {
  /** How many calls Convoso counts in all; null where it does not say. */
  readonly found: number | null;
}

/** The ways in which Convoso is asked. All throw ApiError. */
export interface ConvosoRequests {
  /** For an answer that says nothing but that it was done. */
  send(request: Request, context: ApiContext | undefined): Promise<void>;
  /** For the `data` of an answer. */
  data(request: Request, context: ApiContext | undefined): Promise<{ readonly [name: string]: unknown }>;
  /** Of the call log. */
  log(what: string, parameters: RequestParameters, context: ApiContext | undefined): Promise<LogAnswer>;
  /** All pages of what stands in `entries`. */
  entries<Item>(
    request: Omit<Request, "repeatable"> & {
      readonly limit: number;
      readonly read: (json: unknown) => Item | undefined;
    },
    context: ApiContext | undefined,
  ): AsyncGenerator<Item, void, void>;
}

export function convosoRequests(api: ApiClient, token: () => Promise<string>): ConvosoRequests {
  const ask = async (
    { what, path, parameters, repeatable = false }: Request,
    context: ApiContext | undefined,
  ): Promise<unknown> => {
    // Last, so that no parameter takes its place. By POST, because addresses end up in logs.
    const form = { ...parameters, auth_token: await token() } satisfies ApiRequest["form"];
    return api.request({ what, path, method: "POST", form, repeatable, failureIn }, context);
  };

  const requests: ConvosoRequests = {
    async send(request, context) {
      const json = await ask(request, context);
      if (!isRecord(json) || json["success"] !== true) throw malformed("convoso", request.what, "expected success");
    },
    async data(request, context) {
      const json = await ask(request, context);
      if (!isRecord(json) || !isRecord(json["data"])) throw malformed("convoso", request.what, "expected data");
      return json["data"];
    },
    async log(what, parameters, context) {
      const data = await requests.data({ what, path: "/log/retrieve", parameters, repeatable: true }, context);
      // `entries` is a count here, and the list is called something else.
      return { ...readItems("convoso", what, data["results"], readCall), found: countOf(data["total_found"]) };
    },
    entries: ({ read, limit, ...request }, context) =>
      listAll("convoso", async (cursor) => {
        const offset = Number(cursor ?? 0);
        const parameters = { ...request.parameters, offset, limit };
        const data = await requests.data({ ...request, parameters, repeatable: true }, context);
        const page = readItems("convoso", request.what, data["entries"], read);
        const received = page.items.length + page.unreadable.length;
        const total = countOf(data["total"]);
        const isOver = received === 0 || (total !== null && offset + received >= total);
        return { ...page, total, nextCursor: isOver ? null : String(offset + received) };
      }),
  };
  return requests;
}
