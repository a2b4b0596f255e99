import { importApp } from "./import-everything.ts";
import { vendorProviders } from "./vendor-providers.ts";

/** Imports over the platform's own `fetch`, which has to lead to stand-ins. */
export const app = importApp(vendorProviders());
