import { ApiError } from "../api-error.ts";
import { OffhookError } from "../errors.ts";
import type { ConnectionTest } from "../integrations.ts";
import type { Vendor } from "./import-runs.ts";

/** Whoever asks looks at a screen. */
const patienceMs = 10_000;

/** Asks the vendor who we are, also where it has refused the credentials just now. */
export async function testConnection(
  { name: provider, api, requests }: Vendor,
  now: () => number,
): Promise<ConnectionTest> {
  const startMs = now();
  const late = AbortSignal.timeout(patienceMs);
  requests.forgive();
  const told = (account: string | null, error: ConnectionTest["error"]): ConnectionTest => {
    return { provider, ok: error === null, account, durationMs: now() - startMs, error };
  };
  try {
    const { account } = await requests.ask({ isUrgent: true, signal: late }, (context) => api.ping(context));
    return told(account, null);
  } catch (error) {
    if (late.aborted)
      return told(null, {
        ...nothing,
        code: "api_unavailable",
        message: `API of ${provider}, ping: no answer in time`,
      });
    if (!(error instanceof OffhookError)) throw error;
    const { code, message } = error;
    if (!(error instanceof ApiError)) return told(null, { ...nothing, code, message });
    const { status, vendorCode, requestId } = error;
    return told(null, { code, message, status, vendorCode, requestId });
  }
}

const nothing = { status: null, vendorCode: null, requestId: null };
